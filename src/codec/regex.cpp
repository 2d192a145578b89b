#include "codec/regex.hpp"

#include "codec/cpu_time.hpp"
#include "codec/ecmascript_pattern.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace noded::codec {
namespace {

constexpr std::size_t kMaxPattern = 16 * 1024;

// Bounds of one match. The match limit counts steps from one start; a pattern that may start
// anywhere is tried in windows of starts, and the processor time is looked at between windows.
constexpr std::uint32_t kStepsFromOneStart = 100'000;
constexpr std::uint32_t kStepsWhenAnchored = 2'000'000;
constexpr std::uint32_t kHeapKib = 8 * 1024;
constexpr std::size_t kStartsInWindow = 64;
constexpr std::int64_t kMaxCpu_ns = 20'000'000;

const pcre2_code* code_of(const void* code) {
  return static_cast<const pcre2_code*>(code);
}

// What a thread needs to match; made once for each, reused by all patterns.
class Workspace {
 public:
  Workspace()
      : data_(pcre2_match_data_create(1, nullptr)), context_(pcre2_match_context_create(nullptr)) {
    if (!data_ || !context_) throw std::bad_alloc();
    pcre2_set_heap_limit(context_, kHeapKib);
  }
  ~Workspace() {
    pcre2_match_data_free(data_);
    pcre2_match_context_free(context_);
  }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // Starts from `first` to `last`. The subject has been checked if `first` is not 0.
  int match(const pcre2_code* code, std::string_view subject, std::size_t first, std::size_t last) {
    pcre2_set_offset_limit(context_, last);
    const std::uint32_t options = first == 0 ? 0 : PCRE2_NO_UTF_CHECK;
    const int outcome = run(code, subject, first, options);
    if (outcome != PCRE2_ERROR_JIT_STACKLIMIT) return outcome;
    return run(code, subject, first, options | PCRE2_NO_JIT);
  }
  void set_steps(std::uint32_t steps) {
    pcre2_set_match_limit(context_, steps);
    pcre2_set_depth_limit(context_, steps);
  }

 private:
  int run(
      const pcre2_code* code, std::string_view subject, std::size_t first, std::uint32_t options
  ) {
    return pcre2_match(
        code,
        reinterpret_cast<PCRE2_SPTR>(subject.data() == nullptr ? "" : subject.data()),
        subject.size(),
        first,
        options,
        data_,
        context_
    );
  }

  pcre2_match_data* data_;
  pcre2_match_context* context_;
};

bool is_anchored(const pcre2_code* code) {
  std::uint32_t options = 0;
  pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
  return (options & PCRE2_ANCHORED) != 0;
}

}  // namespace

Result<std::shared_ptr<const Regex>> Regex::compile(std::string_view pattern) {
  if (pattern.size() > kMaxPattern)
    return fail(Errc::kInvalid, "invalid pattern: longer than 16 KiB");
  const auto translated = translate_ecmascript_pattern(pattern);
  if (!translated) return std::unexpected(translated.error());
  int fault = 0;
  std::size_t position = 0;
  pcre2_code* code = pcre2_compile(
      reinterpret_cast<PCRE2_SPTR>(translated->data()),
      translated->size(),
      PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | PCRE2_USE_OFFSET_LIMIT |
          PCRE2_NEVER_BACKSLASH_C,
      &fault,
      &position,
      nullptr
  );
  if (code == nullptr) {
    std::array<PCRE2_UCHAR, 256> reason{};
    pcre2_get_error_message(fault, reason.data(), reason.size());
    return fail(
        Errc::kInvalid,
        std::string("invalid pattern: ") + reinterpret_cast<const char*>(reason.data())
    );
  }
  // Without executable memory (a hardened unit) there is no compiled code, and pcre2_match
  // interprets.
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  std::shared_ptr<Regex> regex(new Regex);
  regex->code_ = code;
  return regex;
}

Regex::~Regex() {
  pcre2_code_free(static_cast<pcre2_code*>(code_));
}

bool Regex::matches(std::string_view subject) const {
  thread_local Workspace workspace;
  const pcre2_code* code = code_of(code_);
  if (is_anchored(code)) {
    workspace.set_steps(kStepsWhenAnchored);
    return workspace.match(code, subject, 0, 0) >= 0;
  }
  workspace.set_steps(kStepsFromOneStart);
  const std::int64_t begun = subject.size() > kStartsInWindow ? thread_cpu_ns() : 0;
  for (std::size_t first = 0;;) {
    std::size_t last = std::min(first + kStartsInWindow, subject.size());
    const int outcome = workspace.match(code, subject, first, last);
    if (outcome != PCRE2_ERROR_NOMATCH) return outcome >= 0;
    if (last == subject.size() || thread_cpu_ns() - begun > kMaxCpu_ns) return false;
    first = last;
    // The next window begins at a code point, not before its predecessor's last start.
    while (first > 0 && (static_cast<unsigned char>(subject[first]) & 0xc0U) == 0x80)
      --first;
  }
}

}  // namespace noded::codec
