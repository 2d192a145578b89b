// A key file: refused, or the same keys when it is written and read again.
#include "node/key_file.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded::node;
  const auto keys = parse_key_file({reinterpret_cast<const char*>(data), size});
  if (!keys) return 0;
  const auto again = parse_key_file(key_file_text(*keys));
  if (!again || again->all().size() != keys->all().size()) std::abort();
  for (std::size_t i = 0; i < keys->all().size(); ++i) {
    if (again->all()[i].id != keys->all()[i].id) std::abort();
    if (again->all()[i].bytes != keys->all()[i].bytes) std::abort();
  }
  return 0;
}
