// Regex: ECMAScript regular expressions of an application's configuration (PCRE2 underneath), bounded in time and memory.
// Immutable once compiled; matches() is thread-safe.
#pragma once

#include "noded/result.hpp"

#include <memory>
#include <string_view>

namespace noded::codec {

class Regex {
 public:
  // Errors: kInvalid with position and reason. Unicode mode is on, as bknd's `new RegExp(pattern, "u")`-compatible subset.
  static Result<std::shared_ptr<const Regex>> compile(std::string_view pattern);
  ~Regex();
  // Unanchored. A subject that exceeds the match limit (a catastrophic pattern) counts as no match.
  bool matches(std::string_view subject) const;

  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

 private:
  Regex() = default;
  void* code_ = nullptr;
};

}  // namespace noded::codec
