// The language of the module's pages is that of all answers of the node.
#pragma once

#include "http/language.hpp"

namespace noded::auth {

using http::Language;
using http::language_of;
using http::tag_of;
using http::Words;

}  // namespace noded::auth
