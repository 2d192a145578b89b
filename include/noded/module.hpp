// Module: one part of an application's configuration (server, data, auth, media, flows) and what it
// puts in force. The system module holds the configuration and asks the others through this
// interface; the role joins them.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace noded {

class Module {
 public:
  virtual ~Module() = default;
  virtual std::string_view name() const = 0;
  // JSON Schema text of this module's configuration, in the structure of bknd's, so that its
  // settings pages can be built.
  virtual std::string_view schema() const = 0;

  // Fills in this module's defaults, and what it adds to others (auth adds the users entity to
  // data), in a whole configuration {server, data, auth, media, flows}. Called in the modules'
  // order, before prepare. Errors: kInvalid.
  virtual Result<> complete(boost::json::object& application) const = 0;

  // What prepare made: nothing visible has happened until publish().
  class Prepared {
   public:
    virtual ~Prepared() = default;
    // Part of the transaction that stores the configuration, and perhaps of one before that only
    // looks; runs again when that one does. An error refuses the change.
    virtual Result<> approve(Transaction& transaction) {
      static_cast<void>(transaction);
      return {};
    }
    virtual void publish() noexcept = 0;
  };
  // Checks that a completed configuration can be put in force and builds what it takes. No side
  // effect. kInvalid says why not.
  virtual Result<std::unique_ptr<Prepared>> prepare(const boost::json::object& application) = 0;

  // Dotted paths below this module that are secrets ("jwt.secret",
  // "strategies.*.config.client.client_secret"): kept apart in the store, left out of answers that
  // do not ask for them with permission.
  virtual std::vector<std::string_view> secret_paths() const = 0;
};

}  // namespace noded
