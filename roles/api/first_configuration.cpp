#include "roles/api/first_configuration.hpp"

#include "codec/json.hpp"

#include <boost/json/value.hpp>

#include <fstream>
#include <string_view>
#include <utility>

namespace noded::roles {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxFile = std::size_t{4} << 20;

constexpr std::string_view kDefault = R"json({
  "auth": {
    "enabled": true,
    "allow_register": false,
    "strategies": {"passkey": {"type": "passkey"}},
    "guard": {"enabled": true},
    "roles": {
      "admin": {"implicit_allow": true},
      "guest": {"is_default": true, "permissions": ["system.access.api"]}
    }
  }
})json";

Result<std::string> read_file(const std::string& name) {
  std::ifstream stream(name, std::ios::binary);
  if (!stream) return fail(Errc::kNotFound, "cannot open the application file " + name);
  std::string text(kMaxFile + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return fail(Errc::kUnavailable, "cannot read the application file " + name);
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMaxFile) {
    return fail(Errc::kTooLarge, "the application file " + name + " is larger than 4 MiB");
  }
  return text;
}

}  // namespace

Result<json::object> first_configuration(const std::string& file) {
  std::string text(kDefault);
  if (!file.empty()) {
    auto read = read_file(file);
    if (!read) return std::unexpected(std::move(read.error()));
    text = std::move(*read);
  }
  auto parsed = codec::parse_json(text, "application file " + file);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  if (!parsed->is_object()) {
    return fail(Errc::kInvalid, "the application file " + file + " is not a JSON object");
  }
  return std::move(parsed->get_object());
}

}  // namespace noded::roles
