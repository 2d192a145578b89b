#include "modules/system/changed_paths.hpp"

#include <boost/json/value.hpp>

namespace noded::system {
namespace {

namespace json = boost::json;

class Comparison {
 public:
  Comparison(std::vector<std::string>& paths, std::size_t most) : paths_(paths), most_(most) {}

  void compare(const json::object& before, const json::object& after, const std::string& at) {
    for (const auto& [name, value] : before) {
      const json::value* other = after.if_contains(name);
      const std::string path = at + std::string(name);
      if (other == nullptr) {
        add(path);
      } else if (value != *other) {
        compare(value, *other, path);
      }
    }
    for (const auto& [name, value] : after) {
      if (!before.contains(name)) add(at + std::string(name));
    }
  }

 private:
  void compare(const json::value& before, const json::value& after, const std::string& path) {
    if (before.is_object() && after.is_object()) {
      compare(before.get_object(), after.get_object(), path + ".");
    } else {
      add(path);
    }
  }
  void add(const std::string& path) {
    if (paths_.size() < most_) paths_.push_back(path);
  }

  std::vector<std::string>& paths_;
  std::size_t most_;
};

}  // namespace

std::vector<std::string> changed_paths(
    const json::object& before, const json::object& after, std::size_t most
) {
  std::vector<std::string> paths;
  Comparison(paths, most).compare(before, after, "");
  return paths;
}

}  // namespace noded::system
