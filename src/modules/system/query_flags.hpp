// Boolean parameters of a query string: ?secrets=1&fresh=false. Pure.
#pragma once

#include "noded/result.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::system {

// The values of declared flags; absent and empty ones have none.
class QueryFlags {
 public:
  // Reads the flags called `names` from an undecoded query; other parameters are ignored, the first
  // of a name counts. `1`, `true`, `0` and `false` are taken. The error's message is the body of
  // the answer, bknd's validation answer, whole: kInvalid.
  static Result<QueryFlags> parse(
      std::string_view query, std::initializer_list<std::string_view> names
  );

  bool is_set(std::string_view name) const { return value(name).value_or(false); }
  std::optional<bool> value(std::string_view name) const;

 private:
  struct Flag {
    std::string_view name;
    std::optional<bool> value;
  };
  std::vector<Flag> flags_;
};

}  // namespace noded::system
