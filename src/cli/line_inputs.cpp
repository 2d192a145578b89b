#include "cli/line_inputs.hpp"

#include "cli/line_file.hpp"
#include "codec/text.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

namespace noded::cli {

namespace fs = std::filesystem;

namespace {

Result<std::uint64_t> lines_in(const fs::path& file, LineChecksum& checksum) {
  auto reader = LineReader::open(file);
  if (!reader) return std::unexpected(std::move(reader.error()));
  std::string line;
  for (;;) {
    const auto more = reader->next(line);
    if (!more) return std::unexpected(more.error());
    if (!*more) return reader->line_number();
    checksum.add(line);
  }
}

Result<std::vector<LineInput>> inputs_of_export(const fs::path& directory) {
  const fs::path file = directory / kManifestName;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return fail(
        Errc::kNotFound,
        file.string() + " is not there: the export was interrupted (run it again), or this is none"
    );
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto manifest = parse_manifest(text);
  if (!manifest) return std::unexpected(manifest.error());
  std::vector<LineInput> inputs;
  for (const ManifestEntry& entry : manifest->entities) {
    LineChecksum checksum;
    const auto lines = lines_in(directory / entry.file, checksum);
    if (!lines) return std::unexpected(lines.error());
    if (*lines != entry.rows || checksum.text() != entry.checksum) {
      return fail(
          Errc::kInvalid,
          fmt::format(
              "{} is not as it was exported: it has {} lines of {}, and its checksum {}; a file "
              "that "
              "was edited is imported by itself: noded import FILE --entity {}",
              (directory / entry.file).string(),
              *lines,
              entry.rows,
              checksum.text() == entry.checksum ? "agrees" : "differs",
              entry.entity
          )
      );
    }
    inputs.push_back({directory / entry.file, entry.entity, entry.rows});
  }
  return inputs;
}

}  // namespace

Result<std::vector<LineInput>> line_inputs(const fs::path& path, const std::string& given_entity) {
  std::error_code fault;
  const bool is_directory = fs::is_directory(path, fault);
  if (is_directory && !given_entity.empty())
    return fail(Errc::kInvalid, "--entity belongs to a file, not to a directory");
  if (is_directory) return inputs_of_export(path);
  std::string entity = given_entity;
  if (entity.empty()) {
    const std::string name = path.filename().string();
    entity = codec::percent_decode(name.substr(0, name.find('.')), false).value_or("");
  }
  LineChecksum ignored;
  const auto rows = lines_in(path, ignored);
  if (!rows) return std::unexpected(rows.error());
  return std::vector<LineInput>{{path, entity, *rows}};
}

}  // namespace noded::cli
