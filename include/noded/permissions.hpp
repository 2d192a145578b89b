// Permissions: the names that the guard decides on. Names, `filterable` and context of the first
// table are bknd's, in the order in which GET /api/system/permissions lists them: its clients know
// no others, so that the node's own are not listed there.
#pragma once

#include <array>
#include <string_view>

namespace noded {

struct Permission {
  std::string_view name;
  bool filterable = false;  // policies of effect "filter" may narrow its rows
  std::string_view context_schema{
  };  // JSON Schema text of the context that conditions see; empty = none of its own
};

namespace detail {
inline constexpr std::string_view kEntityContext =
    R"({"type":"object","properties":{"entity":{"type":"string"}},"required":["entity"]})";
inline constexpr std::string_view kRowContext =
    R"({"type":"object","properties":{"entity":{"type":"string"},"id":{"anyOf":[{"type":"number"},{"type":"string"}]}},)"
    R"("required":["entity"]})";
inline constexpr std::string_view kModuleContext =
    R"({"type":"object","properties":{"module":{"type":"string"}}})";
}  // namespace detail

inline constexpr std::array kPermissions{
    Permission{"data.database.sync"},
    Permission{"data.entity.create", true, detail::kEntityContext},
    Permission{"data.entity.delete", true, detail::kRowContext},
    Permission{"data.entity.read", true, detail::kRowContext},
    Permission{"data.entity.update", true, detail::kRowContext},
    Permission{"data.raw.mutate"},
    Permission{"data.raw.query"},
    Permission{"auth.user.password.change"},
    Permission{"auth.user.token.create"},
    Permission{"auth.user.create"},
    Permission{"auth.user.password.test"},
    Permission{"media.file.delete"},
    Permission{"media.file.list"},
    Permission{"media.file.read"},
    Permission{"media.file.upload"},
    Permission{"system.access.admin"},
    Permission{"system.access.api"},
    Permission{"system.build"},
    Permission{"system.config.read", false, detail::kModuleContext},
    Permission{"system.config.read.secrets", false, detail::kModuleContext},
    Permission{"system.config.write", false, detail::kModuleContext},
    Permission{"system.info"},
    Permission{"system.mcp"},
    Permission{"system.openapi"},
    Permission{"system.schema.read", false, detail::kModuleContext},
};

inline constexpr std::array kOwnPermissions{
    Permission{"users.read"},
    Permission{"users.manage"},
    Permission{"roles.manage"},
    Permission{"sessions.manage"},
    Permission{"keys.manage"},
    Permission{"audit.read"},
};

// Calls `visit` with the name of each, of both tables.
template <class Visit>
constexpr void for_each_permission(Visit visit) {
  for (const Permission& permission : kPermissions)
    visit(permission.name);
  for (const Permission& permission : kOwnPermissions)
    visit(permission.name);
}

// Of either table; null when there is no such permission.
constexpr const Permission* find_permission(std::string_view name) noexcept {
  for (const Permission& permission : kPermissions) {
    if (permission.name == name) return &permission;
  }
  for (const Permission& permission : kOwnPermissions) {
    if (permission.name == name) return &permission;
  }
  return nullptr;
}

}  // namespace noded
