// Declaration of configuration options. Each is declared once, beside its user, as a constant:
//
//   inline constexpr Option<std::chrono::milliseconds> kDrain{
//       "runtime.drain", "time that work in flight gets after SIGTERM", 15s, 0s, 10min};
//   inline constexpr Option<Bytes> kMaxBody{
//       "http.max_body", "largest request body", 1_MiB, 1_KiB, 1_GiB, Reload::kLive};
//   inline constexpr Option<std::string> kDurability{
//       "storage.durability", "when a write counts as done", "synced", {"synced", "os", "none"}};
//   inline constexpr Option<std::vector<std::string>> kOrigins{
//       "cors.origins", "origins that may ask", {}};
//
// and listed in its folder's table, a function of no arguments:
//
//   inline OptionTable runtime_options() {
//     static constexpr const OptionDeclaration* kTable[] = {&kDrain, &kMaxBody};
//     return kTable;
//   }
//
// From the tables come the check of the file, --help, the sample file and the reference page. Names
// are dotted paths of the YAML file; the environment form is NODED_RUNTIME_DRAIN. A declaration
// that is not in order (a default outside of its range, a name that is no dotted snake_case path)
// does not compile.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
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

inline namespace option_literals {
consteval Bytes operator""_B(unsigned long long count) {
  return {count};
}
consteval Bytes operator""_KiB(unsigned long long count) {
  return {count << 10};
}
consteval Bytes operator""_MiB(unsigned long long count) {
  return {count << 20};
}
consteval Bytes operator""_GiB(unsigned long long count) {
  return {count << 30};
}
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;
}  // namespace option_literals

using OptionValue = std::variant<
    bool,
    std::int64_t,
    std::string,
    std::chrono::milliseconds,
    Bytes,
    std::vector<std::string>>;

enum class OptionKind : std::uint8_t { kBoolean, kInteger, kText, kDuration, kSize, kTextList };
enum class Reload : std::uint8_t { kRestart, kLive };

// A few texts with static storage, held in place so that a declaration is one constant.
class OptionTexts {
 public:
  static constexpr std::size_t kMost = 8;

  consteval OptionTexts() = default;
  consteval OptionTexts(std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts)
      texts_[count_++] = text;  // one too many does not compile
  }
  constexpr std::span<const std::string_view> all() const noexcept {
    return std::span(texts_).first(count_);
  }
  constexpr bool empty() const noexcept { return count_ == 0; }
  constexpr bool contains(std::string_view text) const noexcept {
    for (const std::string_view known : all()) {
      if (known == text) return true;
    }
    return false;
  }

 private:
  std::array<std::string_view, kMost> texts_{};
  std::size_t count_ = 0;
};

// What every option tells, whatever its type. All text has static storage.
struct OptionDeclaration {
  static constexpr std::int64_t kNoMinimum = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kNoMaximum = std::numeric_limits<std::int64_t>::max();

  std::string_view name;      // dotted, snake_case: "http.max_body"
  std::string_view sentence;  // what it does, one sentence without the final stop
  OptionKind kind = OptionKind::kText;
  Reload reload = Reload::kRestart;
  // Booleans (0, 1), integers, milliseconds, bytes: one number in the unit of the type; limits are
  // inclusive.
  std::int64_t default_number = 0;
  std::int64_t minimum = kNoMinimum;
  std::int64_t maximum = kNoMaximum;
  std::string_view default_text;  // kText
  OptionTexts default_list;       // kTextList
  OptionTexts choices;  // the texts allowed for kText and for each of kTextList; empty = any
  // kTextList: the file may also write each element as a mapping of this one key: plugins: [{path:
  // a.so}]. Empty = texts only.
  std::string_view element_key;
};

namespace detail {
constexpr bool is_option_name(std::string_view name) noexcept {
  bool at_start = true;
  for (const char c : name) {
    const bool is_letter = c >= 'a' && c <= 'z';
    if (at_start && !is_letter) return false;
    if (!is_letter && !(c >= '0' && c <= '9') && c != '_' && c != '.') return false;
    at_start = c == '.';
  }
  return !at_start;
}

consteval OptionDeclaration declare(
    std::string_view name, std::string_view sentence, OptionKind kind, Reload reload
) {
  if (!is_option_name(name)) throw "an option's name is a dotted path of snake_case words";
  if (sentence.empty() || sentence.ends_with('.'))
    throw "an option tells what it does in one sentence without the final stop";
  OptionDeclaration declaration;
  declaration.name = name;
  declaration.sentence = sentence;
  declaration.kind = kind;
  declaration.reload = reload;
  return declaration;
}

consteval OptionDeclaration declare_number(
    OptionDeclaration declaration, std::int64_t value, std::int64_t minimum, std::int64_t maximum
) {
  if (value < minimum || value > maximum) throw "an option's default is inside its range";
  declaration.default_number = value;
  declaration.minimum = minimum;
  declaration.maximum = maximum;
  return declaration;
}

consteval std::int64_t to_number(Bytes size) {
  if (size.count > static_cast<std::uint64_t>(OptionDeclaration::kNoMaximum))
    throw "sizes end below 2^63 bytes";
  return static_cast<std::int64_t>(size.count);
}
}  // namespace detail

// A typed declaration: T decides how Options::get answers.
template <class T>
struct Option;

template <>
struct Option<bool> : OptionDeclaration {
  consteval Option(
      std::string_view option_name,
      std::string_view what,
      bool value,
      Reload when = Reload::kRestart
  )
      : OptionDeclaration(detail::declare_number(
            detail::declare(option_name, what, OptionKind::kBoolean, when), value ? 1 : 0, 0, 1
        )) {}
};

template <>
struct Option<std::int64_t> : OptionDeclaration {
  consteval Option(
      std::string_view option_name,
      std::string_view what,
      std::int64_t value,
      std::int64_t least = kNoMinimum,
      std::int64_t most = kNoMaximum,
      Reload when = Reload::kRestart
  )
      : OptionDeclaration(detail::declare_number(
            detail::declare(option_name, what, OptionKind::kInteger, when), value, least, most
        )) {}
};

template <>
struct Option<std::chrono::milliseconds> : OptionDeclaration {
  using Duration = std::chrono::milliseconds;
  consteval Option(
      std::string_view option_name,
      std::string_view what,
      Duration value,
      Duration least = Duration(0),
      Duration most = Duration::max(),
      Reload when = Reload::kRestart
  )
      : OptionDeclaration(detail::declare_number(
            detail::declare(option_name, what, OptionKind::kDuration, when),
            value.count(),
            least.count(),
            most.count()
        )) {}
};

template <>
struct Option<Bytes> : OptionDeclaration {
  consteval Option(
      std::string_view option_name,
      std::string_view what,
      Bytes value,
      Bytes least = Bytes{0},
      Bytes most = Bytes{kNoMaximum},
      Reload when = Reload::kRestart
  )
      : OptionDeclaration(detail::declare_number(
            detail::declare(option_name, what, OptionKind::kSize, when),
            detail::to_number(value),
            detail::to_number(least),
            detail::to_number(most)
        )) {}
};

template <>
struct Option<std::string> : OptionDeclaration {
  consteval Option(
      std::string_view option_name,
      std::string_view what,
      std::string_view value,
      OptionTexts allowed = {},
      Reload when = Reload::kRestart
  )
      : OptionDeclaration(detail::declare(option_name, what, OptionKind::kText, when)) {
    if (!allowed.empty() && !allowed.contains(value))
      throw "an option's default is one of its choices";
    default_text = value;
    choices = allowed;
  }
};

template <>
struct Option<std::vector<std::string>> : OptionDeclaration {
  consteval Option(
      std::string_view option_name,
      std::string_view what,
      OptionTexts values,
      OptionTexts allowed = {},
      Reload when = Reload::kRestart,
      std::string_view key_of_element = {}
  )
      : OptionDeclaration(detail::declare(option_name, what, OptionKind::kTextList, when)) {
    default_list = values;
    choices = allowed;
    element_key = key_of_element;
  }
};

// The options of one folder; main joins the tables of all folders and roles.
using OptionTable = std::span<const OptionDeclaration* const>;

// The effective configuration: immutable once loaded. Thread-safe.
class Options {
 public:
  virtual ~Options() = default;
  // The value in force for a declared option. An undeclared one is a defect and throws
  // std::logic_error.
  virtual const OptionValue& value(std::string_view name) const = 0;

  template <class T>
  const T& get(const Option<T>& option) const {
    return std::get<T>(value(option.name));
  }
};

}  // namespace noded
