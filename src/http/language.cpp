#include "http/language.hpp"

#include "codec/ascii.hpp"

#include <algorithm>

namespace noded::http {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

// "zh" matches zh and zh-CN.
bool is_of(std::string_view tag, std::string_view primary) {
  const std::string_view first = tag.substr(0, tag.find('-'));
  return std::ranges::equal(first, primary, {}, codec::to_lower);
}

// "0.8" as 800; 0 for what is no weight.
int thousandths(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
  int value = (text[0] - '0') * 1000;
  int place = 100;
  for (std::size_t i = 2; i < text.size() && i < 5; ++i, place /= 10) {
    if (text[i] < '0' || text[i] > '9') return 0;
    value += (text[i] - '0') * place;
  }
  return std::min(value, 1000);
}

int weight_of(std::string_view parameters) {
  const std::size_t q = parameters.find("q=");
  return q == std::string_view::npos ? 1000 : thousandths(trim(parameters.substr(q + 2)));
}

}  // namespace

Language language_of(std::string_view accept_language) noexcept {
  Language best = Language::kEnglish;
  int best_weight = 0;
  while (!accept_language.empty()) {
    const std::size_t end = std::min(accept_language.find(','), accept_language.size());
    const std::string_view part = trim(accept_language.substr(0, end));
    accept_language.remove_prefix(std::min(end + 1, accept_language.size()));
    const std::size_t semicolon = std::min(part.find(';'), part.size());
    const std::string_view tag = trim(part.substr(0, semicolon));
    if (!is_of(tag, "zh") && !is_of(tag, "en")) continue;
    const int weight = weight_of(part.substr(semicolon));
    if (weight <= best_weight) continue;  // of equal ones the first counts
    best_weight = weight;
    best = is_of(tag, "zh") ? Language::kChinese : Language::kEnglish;
  }
  return best;
}

std::string_view tag_of(Language language) noexcept {
  return language == Language::kChinese ? "zh" : "en";
}

}  // namespace noded::http
