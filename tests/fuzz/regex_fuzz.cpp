// The first line is a pattern, the rest a subject: compiling and matching end, whatever they are.
#include "codec/regex.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  const auto regex = noded::codec::Regex::compile(text.substr(0, line));
  if (regex && line != std::string_view::npos) (*regex)->matches(text.substr(line + 1));
  return 0;
}
