// Secrets of bknd's configuration, which it keeps apart from the rest. Pure functions.
#pragma once

#include <boost/json/object.hpp>

namespace noded::bknd {

// Puts what `secrets` holds under dotted paths ("auth.jwt.secret") into `configuration`. A
// secret of something that is no longer configured is left out.
void put_secrets(boost::json::object& configuration, const boost::json::object& secrets);

}  // namespace noded::bknd
