#include "modules/system/configuration_edit.hpp"

#include <utility>

namespace noded::system {

namespace {

using Kind = ConfigurationEdit::Kind;

// Whether an object at `path` of a patch replaces instead of merging.
bool is_whole(std::string_view module, const DottedPath& path) {
  if (module == "media") return path.size() == 1 && path[0] == "adapter";
  if (module != "data" || path.empty() || path[0] != "entities" || path.back() != "config") {
    return false;
  }
  return path.size() == 3 || (path.size() == 5 && path[2] == "fields");
}

// Merges `patch`, which lies at `path` of the module, into `target`.
void merge(
    json::value& target, const json::value& patch, std::string_view module, DottedPath& path
) {
  if (!target.is_object() || !patch.is_object()) {
    target = patch;
    return;
  }
  auto& members = target.get_object();
  for (const auto& [name, value] : patch.get_object()) {
    path.emplace_back(name);
    if (is_whole(module, path)) {
      members[name] = value;
    } else {
      merge(members[name], value, module, path);
    }
    path.pop_back();
  }
}

Result<> set_members(
    json::object& document, std::string_view module, const json::value& value, bool replace
) {
  if (!value.is_object()) return fail(Errc::kInvalid, "The configuration is not an object");
  if (replace) {
    for (const auto& [name, member] : value.get_object())
      document[name] = member;
    return {};
  }
  json::value whole = std::move(document);
  DottedPath path;
  merge(whole, value, module, path);
  document = std::move(whole.get_object());
  return {};
}

Result<> patch_at(
    json::object& document,
    std::string_view module,
    const DottedPath& path,
    const json::value& value
) {
  json::value merged;
  if (const json::value* present = find_at(document, path, path.size())) merged = *present;
  DottedPath place = path;
  merge(merged, value, module, place);
  return put_at(document, path, std::move(merged));
}

Result<> remove_existing(json::object& document, const DottedPath& path, std::string_view text) {
  const auto parent_end = text.rfind('.');
  if (path.size() > 1 && find_at(document, path, path.size() - 1) == nullptr) {
    return fail(
        Errc::kNotFound,
        "Parent path \"" + std::string(text.substr(0, parent_end)) + "\" does not exist"
    );
  }
  if (!remove_at(document, path)) {
    return fail(Errc::kNotFound, "Path \"" + std::string(text) + "\" does not exist");
  }
  return {};
}

}  // namespace

Result<> apply_edit(
    json::object& document, std::string_view module, const ConfigurationEdit& edit
) {
  if (edit.kind == Kind::kSet || edit.kind == Kind::kReplace) {
    return set_members(document, module, edit.value, edit.kind == Kind::kReplace);
  }
  const auto path = parse_dotted_path(edit.path);
  if (!path) return std::unexpected(path.error());
  switch (edit.kind) {
    case Kind::kAdd:
      if (find_at(document, *path, path->size()) != nullptr) {
        return fail(Errc::kExists, "Path already exists", std::string(kPathExists));
      }
      return patch_at(document, module, *path, edit.value);
    case Kind::kOverwrite:
      return put_at(document, *path, edit.value);
    case Kind::kRemove:
      return remove_existing(document, *path, edit.path);
    default:
      return patch_at(document, module, *path, edit.value);
  }
}

}  // namespace noded::system
