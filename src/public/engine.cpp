#include "noded/engine.hpp"

namespace noded {

KeyRange prefix_range(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff)
    end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return {std::string(prefix), std::move(end)};
}

bool is_empty(const KeyRange& range) noexcept {
  return !range.end.empty() && range.begin >= range.end;
}

}  // namespace noded
