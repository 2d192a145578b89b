// What of a bknd application's configuration can be taken. Pure functions.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace noded::bknd {

// Something of the database that was not taken.
struct Omission {
  std::string where;  // "posts", "media.adapter"
  std::string key;    // of the row; empty: `where` as a whole
  std::string field;  // of the row; empty: the row as a whole
  std::string why;
};

struct Application {
  boost::json::object configuration;  // what can be put in force
  std::vector<std::string> entities;  // whose rows are taken, users and media among them
  std::vector<Omission> omissions;    // of the configuration
  std::vector<std::string> notes;     // what is taken, but not what bknd did with it
};

// Leaves out modules, media adapters and ways of logging in that only a program with code of its
// own knows.
Application application_of(boost::json::object configuration);

}  // namespace noded::bknd
