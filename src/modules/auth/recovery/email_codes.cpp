#include "modules/auth/recovery/email_codes.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/transact.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace noded::auth {
namespace {

namespace json = boost::json;

constexpr std::uint32_t kCodes = 1'000'000;
constexpr std::size_t kPerCommit = 256;
// After its end a code is known as one that was, for as long as it was good.
constexpr std::int64_t kRemembered_ms = std::chrono::milliseconds(EmailCodes::kLifetime).count();

// Uniform, with leading zeros.
std::string make_code() {
  constexpr std::uint32_t kFair = UINT32_MAX - UINT32_MAX % kCodes;
  std::uint32_t number = kFair;
  while (number >= kFair) {
    const std::string bytes = crypto::random_bytes(sizeof(number));
    std::memcpy(&number, bytes.data(), sizeof(number));
  }
  return fmt::format("{:06}", number % kCodes);
}

std::string mac_of(const EmailCodes::Use& use, std::string_view key, std::string_view code) {
  std::string text = "email code ";
  text.append(key).append(" ").append(code);
  return codec::base64url_encode(crypto::hmac(crypto::Digest::kSha256, use.secret, text));
}

struct Record {
  std::string mac;
  std::int64_t expires_ms = 0;
  std::int64_t tries = 0;
  bool is_used = false;
};

std::string encode(const Record& record) {
  return codec::to_json_text(json::object{
      {"mac", record.mac},
      {"expires", record.expires_ms},
      {"tries", record.tries},
      {"used", record.is_used}
  });
}

// What cannot be read is one that nobody can use.
Record decode(std::string_view text) {
  const auto parsed = codec::parse_json(text, "code");
  if (!parsed || !parsed->is_object()) return {};
  const json::object& object = parsed->get_object();
  const json::value* mac = object.if_contains("mac");
  const json::value* used = object.if_contains("used");
  const auto number = [&object](std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
  };
  return {
      .mac = mac != nullptr && mac->is_string() ? std::string(mac->get_string()) : std::string(),
      .expires_ms = number("expires"),
      .tries = number("tries"),
      .is_used = used != nullptr && used->is_bool() && used->get_bool()
  };
}

}  // namespace

std::string EmailCodes::key_of(const Use& use) const {
  std::string name = use.action + " " + use.address;
  std::ranges::transform(name, name.begin(), codec::to_lower);
  return database::keys::prefix(database_.application(), database::keys::Space::kEmailCode)
      .append(crypto::sha256(name));
}

Task<Result<EmailCodes::Made>> EmailCodes::make(Use use, SteadyTime deadline) {
  if (count_.load() >= kMost) co_return fail(Errc::kOverloaded, "too many codes are open");
  const std::string key = key_of(use);
  Made made{
      .code = make_code(), .expires_ms = now_ms() + std::chrono::milliseconds(kLifetime).count()
  };
  const Record record{.mac = mac_of(use, key, made.code), .expires_ms = made.expires_ms};
  auto body = [&](Transaction& transaction) -> Result<> {
    transaction.put(key, encode(record));
    return {};
  };
  auto stored = co_await database::transact(database_.store(), deadline, std::move(body));
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  count_.fetch_add(1);
  co_return made;
}

Task<Result<EmailCodes::Verdict>> EmailCodes::check(
    Use use, std::string code, SteadyTime deadline
) {
  const std::string key = key_of(use);
  auto body = [&](Transaction& transaction) -> Result<Verdict> {
    std::string text;
    const auto found = transaction.get(key, text);
    if (!found) return std::unexpected(found.error());
    if (!*found) return Verdict::kWrong;
    Record record = decode(text);
    if (record.tries >= kMostTries) return Verdict::kWrong;
    const bool is_right = crypto::equal_in_constant_time(record.mac, mac_of(use, key, code));
    if (is_right && record.is_used) return Verdict::kUsed;
    if (is_right && record.expires_ms <= now_ms()) return Verdict::kExpired;
    if (is_right) {
      record.is_used = true;
    } else {
      ++record.tries;
    }
    transaction.put(key, encode(record));
    return is_right ? Verdict::kRight : Verdict::kWrong;
  };
  co_return co_await database::transact(database_.store(), deadline, std::move(body));
}

Task<Result<>> EmailCodes::keep(SteadyTime deadline) {
  const std::string prefix =
      database::keys::prefix(database_.application(), database::keys::Space::kEmailCode);
  struct Found {
    std::vector<std::string> ended;
    std::size_t live = 0;
  };
  const std::int64_t now = now_ms();
  auto walk = [&](Transaction& transaction) -> Result<Found> {
    Found found;
    const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
    while (cursor->next()) {
      if (decode(cursor->value()).expires_ms + kRemembered_ms > now) {
        ++found.live;
      } else {
        found.ended.emplace_back(cursor->key());
      }
    }
    if (auto whole = cursor->status(); !whole) return std::unexpected(std::move(whole.error()));
    return found;
  };
  const auto found = co_await database::read(database_.store(), deadline, std::move(walk));
  if (!found) co_return std::unexpected(found.error());
  count_.store(found->live);
  for (std::size_t begin = 0; begin < found->ended.size(); begin += kPerCommit) {
    const auto part =
        std::span(found->ended).subspan(begin, std::min(kPerCommit, found->ended.size() - begin));
    auto body = [part](Transaction& transaction) -> Result<> {
      for (const std::string& key : part)
        transaction.erase(key);
      return {};
    };
    auto erased = co_await database::transact(database_.store(), deadline, std::move(body));
    if (!erased) co_return erased;
  }
  co_return Result<>();
}

}  // namespace noded::auth
