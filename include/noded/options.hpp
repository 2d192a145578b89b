// Declaration of configuration options. Each option is declared once, beside its user, as a constant:
//
//   inline constexpr Option<std::chrono::milliseconds> kDrain{
//       "runtime.drain", "time that work in flight gets after SIGTERM", 15s, 0s, 10min};
//
// and listed in its folder's table (OptionTable). From the tables come the check of the file, --help, the sample file and the
// reference page. Names are dotted paths of the YAML file; the environment form is NODED_RUNTIME_DRAIN.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace noded {

// Sizes are bytes; the file may say 64KiB, 1MiB, 2GiB. Durations may say 250ms, 30s, 5min, 2h, 7d.
struct Bytes {
  std::uint64_t count = 0;
  friend constexpr auto operator<=>(Bytes, Bytes) = default;
};

using OptionValue =
    std::variant<bool, std::int64_t, std::string, std::chrono::milliseconds, Bytes, std::vector<std::string>>;

enum class OptionKind : std::uint8_t { kBoolean, kInteger, kText, kDuration, kSize, kTextList };
enum class Reload : std::uint8_t { kRestart, kLive };

// What every option tells, whatever its type. All text has static storage.
struct OptionDeclaration {
  std::string_view name;      // dotted, snake_case: "http.max_body"
  std::string_view sentence;  // what it does, one sentence without the final stop
  OptionKind kind;
  std::string_view default_text;                // as the sample file prints it
  std::string_view minimum_text, maximum_text;  // inclusive; empty = none
  std::span<const std::string_view> choices;    // allowed texts; empty = any
  Reload reload = Reload::kRestart;
};

// A typed declaration: T decides how Options::get answers. T is bool, std::int64_t, std::string, std::chrono::milliseconds,
// Bytes or std::vector<std::string>.
template <class T>
struct Option : OptionDeclaration {};

// The options of one folder; main joins the tables of all folders and roles.
using OptionTable = std::span<const OptionDeclaration* const>;

// The effective configuration: immutable once loaded. Thread-safe.
class Options {
 public:
  virtual ~Options() = default;
  // The value in force for a declared option. An undeclared one is a defect and throws std::logic_error.
  virtual const OptionValue& value(std::string_view name) const = 0;

  template <class T>
  const T& get(const Option<T>& option) const {
    return std::get<T>(value(option.name));
  }
};

}  // namespace noded
