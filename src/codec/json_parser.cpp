#include "codec/json.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace noded::codec {
namespace {

namespace json = boost::json;

// Builds the value, and refuses what Boost.JSON alone would let pass: duplicate keys (it keeps the
// last) and numbers that no double holds (it makes them infinite). Numbers are read again with
// from_chars, since Boost.JSON 1.81 may be an ulp off.
class Builder {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  explicit Builder(json::storage_ptr storage)
      : stack_(json::storage_ptr(), scratch_.data(), scratch_.size()) {
    stack_.reset(std::move(storage));
  }

  // Why the text was refused, if not for its syntax.
  const char* refusal() const { return refusal_; }
  json::value release() { return stack_.release(); }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }

  bool on_object_begin(json::error_code&) {
    first_keys_.push_back(keys_.size());
    return true;
  }
  bool on_object_end(std::size_t count, json::error_code& error) {
    const std::size_t first = first_keys_.back();
    first_keys_.pop_back();
    if (!are_distinct(first)) return refuse("duplicate key", error);
    keys_.resize(first);
    stack_.push_object(count);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t count, json::error_code&) {
    stack_.push_array(count);
    return true;
  }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_chars(part);
    key_parts_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_key(part);
    if (key_parts_.empty()) {
      keys_.push_back(std::hash<std::string_view>{}({part.data(), part.size()}));
    } else {
      key_parts_.append(part.data(), part.size());
      keys_.push_back(std::hash<std::string_view>{}(key_parts_));
      key_parts_.clear();
    }
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_string(part);
    return true;
  }

  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    stack_.push_double(static_cast<double>(number));
    return true;
  }
  bool on_double(double approximate, json::string_view text, json::error_code& error) {
    double number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault == std::errc::result_out_of_range || std::isinf(number)) {
      if (std::abs(approximate) > 1) return refuse("number out of range", error);
      number = text.front() == '-' ? -0.0 : 0.0;  // too small: zero, as in ECMAScript
    }
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool value, json::error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool refuse(const char* why, json::error_code& error) {
    refusal_ = why;
    error = json::error::syntax;
    return false;
  }

  // Of the keys from `first` on. Equal keys have equal hashes; a collision of unequal ones (by
  // intent: by chance there is none) costs its sender a refusal.
  bool are_distinct(std::size_t first) {
    const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(first);
    if (keys_.end() - begin > 12) {
      std::sort(begin, keys_.end());
      return std::adjacent_find(begin, keys_.end()) == keys_.end();
    }
    for (auto key = begin; key != keys_.end(); ++key) {
      if (std::find(begin, key, *key) != key) return false;
    }
    return true;
  }

  std::array<unsigned char, 2048> scratch_;
  json::value_stack stack_;
  boost::container::small_vector<std::size_t, 32> keys_;  // hashes, of all open objects
  boost::container::small_vector<std::size_t, 8>
      first_keys_;  // where each open object's begin in keys_
  std::string key_parts_;
  const char* refusal_ = nullptr;
};

std::string describe(const json::error_code& error) {
  if (error == json::error::syntax) return "syntax error";
  if (error == json::error::extra_data) return "unexpected text behind the value";
  if (error == json::error::incomplete) return "unexpected end";
  if (error == json::error::too_deep) return "nested too deeply";
  if (error == json::error::exponent_overflow) return "number out of range";
  if (error == json::error::illegal_leading_surrogate ||
      error == json::error::illegal_trailing_surrogate ||
      error == json::error::expected_utf16_escape) {
    return "lone surrogate";
  }
  return error.message();
}

}  // namespace

Result<json::value> parse_json(
    std::string_view text,
    std::string_view what_text,
    const JsonLimits& limits,
    json::storage_ptr storage
) {
  json::parse_options options;
  options.max_depth = limits.max_depth;
  json::basic_parser<Builder> parser(options, std::move(storage));
  json::error_code error;
  const std::size_t position = parser.write_some(false, text.data(), text.size(), error);
  if (!error && position < text.size()) error = json::error::extra_data;
  if (!error) return parser.handler().release();
  const char* refusal = parser.handler().refusal();
  std::string message = "Malformed JSON in ";
  message.append(what_text).append(": ");
  message += refusal ? refusal : describe(error);
  message += " at byte " + std::to_string(position);
  return fail(Errc::kInvalid, std::move(message));
}

}  // namespace noded::codec
