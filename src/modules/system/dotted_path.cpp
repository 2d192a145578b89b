#include "modules/system/dotted_path.hpp"

#include <boost/json/array.hpp>

#include <charconv>
#include <optional>
#include <utility>

namespace noded::system {

namespace {

std::optional<std::size_t> index_of(std::string_view segment) {
  std::size_t index = 0;
  const char* last = segment.data() + segment.size();
  const auto [end, fault] = std::from_chars(segment.data(), last, index);
  if (fault != std::errc() || end != last) return std::nullopt;
  return index;
}

json::value* child_of(json::value& parent, std::string_view segment) {
  if (auto* object = parent.if_object()) return object->if_contains(segment);
  if (auto* array = parent.if_array()) {
    const auto index = index_of(segment);
    if (index && *index < array->size()) return &(*array)[*index];
  }
  return nullptr;
}

std::unexpected<Error> invalid_path(std::string_view text) {
  return fail(Errc::kInvalid, "Invalid path \"" + std::string(text) + "\"");
}

}  // namespace

Result<DottedPath> parse_dotted_path(std::string_view text) {
  DottedPath path;
  for (std::string_view rest = text;;) {
    const auto dot = rest.find('.');
    const std::string_view segment = rest.substr(0, dot);
    if (segment.empty() || path.size() == kMaxPathDepth) return invalid_path(text);
    path.emplace_back(segment);
    if (dot == std::string_view::npos) return path;
    rest.remove_prefix(dot + 1);
  }
}

json::value* find_at(json::object& document, const DottedPath& path, std::size_t depth) {
  if (depth == 0 || depth > path.size()) return nullptr;
  json::value* place = document.if_contains(path.front());
  for (std::size_t i = 1; place != nullptr && i < depth; ++i)
    place = child_of(*place, path[i]);
  return place;
}

const json::value* find_at(
    const json::object& document, const DottedPath& path, std::size_t depth
) {
  // Only looks: the mutable form changes nothing either.
  return find_at(const_cast<json::object&>(document), path, depth);
}

Result<> put_at(json::object& document, const DottedPath& path, json::value value) {
  json::value* place = &document[path.front()];
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (auto* array = place->if_array()) {
      const auto index = index_of(path[i]);
      if (!index || *index > array->size()) {
        return fail(Errc::kInvalid, "\"" + path[i] + "\" is no index of the list it is put into");
      }
      if (*index == array->size()) array->emplace_back(nullptr);
      place = &(*array)[*index];
      continue;
    }
    if (!place->is_object()) *place = json::object();
    place = &place->get_object()[path[i]];
  }
  *place = std::move(value);
  return {};
}

bool remove_at(json::object& document, const DottedPath& path) {
  if (path.size() == 1) {
    const auto found = document.find(path.front());
    if (found == document.end()) return false;
    document.stable_erase(found);
    return true;
  }
  json::value* parent = find_at(document, path, path.size() - 1);
  if (parent == nullptr || child_of(*parent, path.back()) == nullptr) return false;
  if (auto* object = parent->if_object()) {
    object->stable_erase(path.back());
  } else {
    auto& array = parent->get_array();
    array.erase(array.cbegin() + static_cast<std::ptrdiff_t>(*index_of(path.back())));
  }
  return true;
}

}  // namespace noded::system
