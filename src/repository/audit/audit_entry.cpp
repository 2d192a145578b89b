#include "repository/audit/audit_entry.hpp"

#include "codec/blake2b.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"

#include <array>
#include <utility>

namespace noded::audit {
namespace {

constexpr char kFormat = 1;

// The texts in the order in which they are stored.
template <class SomeAct>
auto texts_of(SomeAct& act) {
  return std::array{
      &act.actor,
      &act.actor_ip,
      &act.action,
      &act.target,
      &act.result,
      &act.request_id,
      &act.details
  };
}

template <class T>
void append_number(std::string& out, T value) {
  for (std::size_t i = sizeof value; i-- > 0;)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff));
}

// Takes what it reads away; false when there is too little.
template <class T>
bool take_number(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof value) return false;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof value; ++i)
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  value = static_cast<T>(number);
  bytes.remove_prefix(sizeof value);
  return true;
}

bool take_text(std::string_view& bytes, std::string& text) {
  std::uint32_t size = 0;
  if (!take_number(bytes, size) || size > kMostText || bytes.size() < size) return false;
  text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

std::string_view cut(std::string_view text) {
  if (text.size() <= kMostText) return text;
  std::size_t end = kMostText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;
  return text.substr(0, end);
}

std::unexpected<Error> no_entry() {
  return fail(Errc::kInvalid, "not an entry of the audit chain");
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  codec::append_json_string(out, text);
}

}  // namespace

std::string encode(const Entry& entry) {
  std::string bytes(1, kFormat);
  append_number(bytes, entry.number);
  append_number(bytes, entry.time_ms);
  for (const std::string* text : texts_of(entry.act)) {
    const bool is_details = text == &entry.act.details;
    const std::string_view kept = !is_details                ? cut(*text)
                                  : text->size() > kMostText ? std::string_view()
                                                             : std::string_view(*text);
    append_number(bytes, static_cast<std::uint32_t>(kept.size()));
    bytes.append(kept);
  }
  bytes.append(entry.before);
  return bytes + codec::blake2b_256({bytes});
}

Result<Entry> decode(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kFormat) return no_entry();
  bytes.remove_prefix(1);
  Entry entry;
  if (!take_number(bytes, entry.number) || !take_number(bytes, entry.time_ms)) return no_entry();
  for (std::string* text : texts_of(entry.act)) {
    if (!take_text(bytes, *text) || !codec::is_valid_utf8(*text)) return no_entry();
  }
  if (bytes.size() != 2 * kHashSize) return no_entry();
  entry.before = bytes.substr(0, kHashSize);
  entry.hash = bytes.substr(kHashSize);
  return entry;
}

std::string hash_of(std::string_view bytes) {
  return codec::blake2b_256({bytes.substr(0, bytes.size() - kHashSize)});
}

std::string to_json(const Entry& entry) {
  std::string out = "{\"seq\":" + std::to_string(entry.number);
  append_member(out, "ts", codec::format_iso(entry.time_ms));
  append_member(out, "actor", entry.act.actor);
  append_member(out, "actor_ip", entry.act.actor_ip);
  append_member(out, "action", entry.act.action);
  append_member(out, "target", entry.act.target);
  append_member(out, "result", entry.act.result);
  append_member(out, "request_id", entry.act.request_id);
  const auto details = codec::parse_json(entry.act.details, "details");
  if (details && details->is_object()) {
    out += ",\"diff\":";
    codec::append_json(out, *details);
  }
  append_member(out, "prev_hash", codec::hex_encode(entry.before));
  append_member(out, "hash", codec::hex_encode(entry.hash));
  return out + "}";
}

}  // namespace noded::audit
