// The files of ceremonies: those of the folder NODED_WEBAUTHN_VECTORS, or of
// ../shared/spec/vectors/webauthn beside the checkout. Its README says what they hold.
#pragma once

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/passkey/responses.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace noded::passkey {

inline std::filesystem::path folder() {
  if (const char* named = std::getenv("NODED_WEBAUTHN_VECTORS")) return named;
  return std::filesystem::path(NODED_SOURCE_DIR) / "../shared/spec/vectors/webauthn";
}

struct Vector {
  std::string name;
  boost::json::object content;
};

inline std::vector<Vector> vectors() {
  std::vector<Vector> found;
  if (!std::filesystem::is_directory(folder())) return found;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    boost::json::object content = codec::parse_json(text).value().as_object();
    const bool is_ceremony = content.contains("kind") || content.contains("registration");
    if (is_ceremony) found.push_back({entry.path().stem().string(), std::move(content)});
  }
  std::ranges::sort(found, {}, &Vector::name);
  return found;
}

inline std::string text_at(const boost::json::object& object, const char* name) {
  return std::string(object.at(name).as_string());
}

// One ceremony: the whole of a "real" file, or a half of a "w3c" file with the file's own members.
struct Ceremony {
  const boost::json::object& file;
  const boost::json::object& half;
  std::string response;  // as it would be posted
  std::string challenge;
};

// Some recordings hold byte strings in the other base64 alphabet, which is refused: they are told
// by that, and then read with the characters exchanged.
inline std::string exchanged(std::string text) {
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  std::erase(text, '=');
  return text;
}

inline std::string bytes_at(const boost::json::object& object, const char* name) {
  return codec::base64url_decode(exchanged(text_at(object, name))).value();
}

// What the file says of a ceremony.
inline bool expects_success(const boost::json::object& half) {
  const boost::json::value* expect = half.if_contains("expect");
  if (!expect) return true;
  for (const char* name : {"valid", "verified"}) {
    if (const auto* value = expect->as_object().if_contains(name)) return value->as_bool();
  }
  return true;
}

template <class Parse>
Ceremony ceremony_of(
    const boost::json::object& file, const boost::json::object& half, Parse parse
) {
  boost::json::object response = half.at("response").as_object();
  std::string text = codec::to_json_text(response);
  bool is_exchanged = false;
  for (auto& [name, value] : response.at("response").as_object()) {
    if (!value.is_string()) continue;
    const std::string spelled(value.as_string());
    if (exchanged(spelled) == spelled) continue;
    value = exchanged(spelled);
    is_exchanged = true;
  }
  if (is_exchanged) {
    EXPECT_EQ(parse(text).error().code, RefusalCode::kMalformed);
    text = codec::to_json_text(response);
  }
  return {.file = file, .half = half, .response = text, .challenge = bytes_at(half, "challenge")};
}

}  // namespace noded::passkey
