#include "plugin/role_registry.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>

namespace noded::plugin {
namespace {

using EntryPoint = const RoleDescriptor* (*)(std::uint32_t);

std::string text_or(const char* text, std::string_view otherwise) {
  return text != nullptr ? std::string(text) : std::string(otherwise);
}

Result<> check_option_names(const RoleDescriptor& role, std::string_view path) {
  if (role.options == nullptr) return {};
  const std::string prefix = std::string(role.name) + ".";
  for (const OptionDeclaration* option : role.options()) {
    if (option->name.starts_with(prefix)) continue;
    return fail(
        Errc::kInvalid,
        fmt::format(
            "{}: the option {} of the role {} does not begin with \"{}\"",
            path,
            option->name,
            role.name,
            prefix
        )
    );
  }
  return {};
}

}  // namespace

Result<> check_compatible(const RoleDescriptor& role, std::string_view path) {
  if (role.abi != kRoleAbi) {
    return fail(
        Errc::kInvalid,
        fmt::format(
            "{} is built for role interface {}; this noded has interface {}",
            path,
            role.abi,
            kRoleAbi
        )
    );
  }
  const std::string build = text_or(role.build, "an unnamed compiler");
  if (build != kRoleBuild) {
    return fail(
        Errc::kInvalid, fmt::format("{} is built by {}; this noded by {}", path, build, kRoleBuild)
    );
  }
  return {};
}

RoleRegistry::RoleRegistry(std::span<const RoleDescriptor* const> built_in)
    : roles_(built_in.begin(), built_in.end()) {}

Result<> RoleRegistry::load(const std::string& path) {
  // A bare file name would be searched for in the system's library folders.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return fail(
        Errc::kInvalid, fmt::format("cannot load the plug-in: {}", text_or(::dlerror(), path))
    );
  }
  const auto entry = reinterpret_cast<EntryPoint>(::dlsym(library, "noded_role"));
  if (entry == nullptr)
    return fail(Errc::kInvalid, fmt::format("{} is no plug-in: it exports no noded_role", path));
  const RoleDescriptor* role = entry(kRoleAbi);
  if (role == nullptr)
    return fail(Errc::kInvalid, fmt::format("{} refuses role interface {}", path, kRoleAbi));
  if (auto compatible = check_compatible(*role, path); !compatible) return compatible;
  if (role->name == nullptr || *role->name == '\0' || role->make == nullptr) {
    return fail(
        Errc::kInvalid, fmt::format("{} describes a role without a name or without make", path)
    );
  }
  const bool has_alias = role->alias != nullptr && *role->alias != '\0';
  if (find(role->name) != nullptr || (has_alias && find(role->alias) != nullptr)) {
    return fail(
        Errc::kInvalid,
        fmt::format("{} names its role {}, which there is already", path, role->name)
    );
  }
  if (auto checked = check_option_names(*role, path); !checked) return checked;
  roles_.push_back(role);
  return {};
}

const RoleDescriptor* RoleRegistry::find(std::string_view name) const {
  const auto found = std::ranges::find_if(roles_, [name](const RoleDescriptor* role) {
    return name == role->name ||
           (role->alias != nullptr && *role->alias != '\0' && name == role->alias);
  });
  return found == roles_.end() ? nullptr : *found;
}

std::string RoleRegistry::names() const {
  std::string out;
  for (const RoleDescriptor* role : roles_) {
    if (!out.empty()) out += ", ";
    out += role->name;
    if (role->alias != nullptr && *role->alias != '\0') out += fmt::format(" ({})", role->alias);
  }
  return out.empty() ? "none" : out;
}

Result<std::vector<const RoleDescriptor*>> RoleRegistry::select(
    std::span<const std::string> names_wanted
) const {
  std::vector<const RoleDescriptor*> out;
  for (const std::string& name : names_wanted) {
    const RoleDescriptor* role = find(name);
    if (role == nullptr) {
      return fail(
          Errc::kInvalid, fmt::format("this noded has no role {}; it has: {}", name, names())
      );
    }
    if (std::ranges::find(out, role) == out.end()) out.push_back(role);
  }
  return out;
}

}  // namespace noded::plugin
