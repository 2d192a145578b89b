// Any bytes as the manifest of an export: refused, or each file lies in the manifest's directory
// and what is written of it is read as the same.
#include "cli/line_file.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace {

bool lies_inside(const std::string& file) {
  const std::filesystem::path directory = "/export";
  const auto path = (directory / file).lexically_normal();
  return path.parent_path() == directory && path.filename() == file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded;
  const auto manifest = cli::parse_manifest({reinterpret_cast<const char*>(data), size});
  if (!manifest) return 0;
  for (const cli::ManifestEntry& entry : manifest->entities) {
    if (!lies_inside(entry.file)) std::abort();
  }
  const std::string text = cli::manifest_text(*manifest);
  const auto again = cli::parse_manifest(text);
  if (!again || cli::manifest_text(*again) != text) std::abort();
  return 0;
}
