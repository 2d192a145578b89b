// ConfigurationEdit: one change of one module's configuration, as the routes of /api/system/config
// ask for it, and its effect on the document. Pure; whether the outcome is a configuration is for
// others to check.
#pragma once

#include "noded/result.hpp"

#include "modules/system/dotted_path.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::system {

struct ConfigurationEdit {
  enum class Kind : std::uint8_t {
    kSet,        // patch of the whole module; `path` is empty
    kReplace,    // replaces the members that `value` names; `path` is empty
    kAdd,        // as kPatch, but kExists when there is something
    kPatch,      // objects merge, everything else replaces
    kOverwrite,  // replaces
    kRemove,     // kNotFound when there is nothing
  };
  Kind kind = Kind::kSet;
  std::string path;   // dotted, below the module
  json::value value;  // not used by kRemove
};

// Error::type of the refusal to add what is there.
inline constexpr std::string_view kPathExists = "path-exists";

// Applies `edit` to `document`, the configuration of `module`. Objects of an entity's or a field's
// `config` and of media's `adapter` replace what was there when they come inside of a patch, since
// their members belong together; a patch that names such an object by its own path merges.
// Errors: kInvalid, kExists of type kPathExists, kNotFound.
Result<> apply_edit(json::object& document, std::string_view module, const ConfigurationEdit& edit);

}  // namespace noded::system
