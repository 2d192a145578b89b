// Secrets of a configuration: what lies at the dotted patterns that modules name ("jwt.secret",
// "strategies.*.config.client.client_secret"; `*` stands for any one member). They are stored
// apart and are not part of an answer that did not ask for them with permission. Pure functions.
#pragma once

#include <boost/json/object.hpp>

#include <span>
#include <string_view>

namespace noded::system {

namespace json = boost::json;

// Cuts the secrets out of `document` and returns them as an object of the same shape.
json::object take_secrets(json::object& document, std::span<const std::string_view> patterns);

// Puts `secrets`, as take_secrets returned them, back into `document`. What is there stays.
void put_secrets_back(json::object& document, const json::object& secrets);

// Gives `given` the secrets of `before` that it does not name, where their owner is in it.
void keep_secrets(
    json::object& given, json::object before, std::span<const std::string_view> patterns
);

}  // namespace noded::system
