// Regex: ECMAScript regular expressions of an application's configuration (PCRE2 underneath),
// bounded in time and memory. Immutable once compiled; matches() is thread-safe.
#pragma once

#include "noded/result.hpp"

#include <memory>
#include <string_view>

namespace noded::codec {

class Regex {
 public:
  // Every pattern of `new RegExp(pattern, "u")`, meaning the same; what is allowed only without the
  // flag is taken where it is unambiguous (see ecmascript_pattern.hpp). Errors: kInvalid with
  // reason and position.
  static Result<std::shared_ptr<const Regex>> compile(std::string_view pattern);
  ~Regex();
  // Unanchored. A subject that costs too much (a catastrophic pattern: some 20 ms) counts as no
  // match, and so does one that is no UTF-8.
  bool matches(std::string_view subject) const;

  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

 private:
  Regex() = default;
  void* code_ = nullptr;
};

}  // namespace noded::codec
