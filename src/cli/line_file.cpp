#include "cli/line_file.hpp"

#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace noded::cli {

namespace json = boost::json;

namespace {

constexpr std::string_view kFormat = "noded-export";
constexpr std::int64_t kVersion = 1;
constexpr std::size_t kPart = std::size_t{4} << 10;  // of a line, as it is read

std::unexpected<Error> invalid(std::string_view what) {
  return fail(Errc::kInvalid, fmt::format("{}: {}", kManifestName, what));
}

const std::string* copy_text(const json::object& from, std::string_view name, std::string& to) {
  const json::value* value = from.if_contains(name);
  if (value == nullptr || !value->is_string()) return nullptr;
  to = std::string(std::string_view(value->get_string()));
  return &to;
}

Result<ManifestEntry> parse_entry(const json::value& given) {
  const json::object* members = given.if_object();
  ManifestEntry entry;
  const json::value* rows = members == nullptr ? nullptr : members->if_contains("rows");
  if (rows == nullptr || !rows->is_int64() || rows->get_int64() < 0 ||
      copy_text(*members, "entity", entry.entity) == nullptr ||
      copy_text(*members, "file", entry.file) == nullptr ||
      copy_text(*members, "checksum", entry.checksum) == nullptr)
    return invalid("an entity needs the texts entity, file and checksum, and the number rows");
  const bool is_plain_name = !entry.file.empty() && entry.file != "." && entry.file != ".." &&
                             entry.file.find('/') == std::string::npos &&
                             entry.file.find('\0') == std::string::npos;
  if (!is_plain_name) return invalid("a file must be a name without directory: " + entry.file);
  entry.rows = static_cast<std::uint64_t>(rows->get_int64());
  return entry;
}

}  // namespace

void LineChecksum::add(std::string_view line) {
  constexpr std::uint64_t kPrime = 1099511628211u;
  for (const char c : line)
    state_ = (state_ ^ static_cast<unsigned char>(c)) * kPrime;
  state_ = (state_ ^ static_cast<unsigned char>('\n')) * kPrime;
}

std::string LineChecksum::text() const {
  return fmt::format("{:016x}", state_);
}

Result<LineReader> LineReader::open(const std::filesystem::path& file) {
  LineReader reader;
  reader.name_ = file.string();
  errno = 0;
  reader.stream_.open(file, std::ios::binary);
  if (reader.stream_) return reader;
  return fail(
      errno == ENOENT ? Errc::kNotFound : Errc::kUnavailable,
      fmt::format("cannot open {}: {}", reader.name_, std::strerror(errno))
  );
}

Result<bool> LineReader::next(std::string& line) {
  line.clear();
  std::array<char, kPart> part{};
  bool is_whole = false;
  while (!is_whole && line.size() <= kLongestLine) {
    stream_.getline(part.data(), part.size());
    if (stream_.bad()) return fail(Errc::kUnavailable, "cannot read " + name_);
    const auto read = static_cast<std::size_t>(stream_.gcount());
    const bool has_end = stream_.good();  // which is counted, but not in the part
    line.append(part.data(), has_end ? read - 1 : read);
    is_whole = has_end || stream_.eof();
    if (is_whole && !has_end && line.empty()) return false;
    if (!is_whole) stream_.clear();
  }
  ++number_;
  if (line.size() <= kLongestLine) return true;
  return fail(
      Errc::kInvalid, fmt::format("{}:{}: longer than {} MiB", name_, number_, kLongestLine >> 20)
  );
}

std::string manifest_text(const Manifest& manifest) {
  json::array entities;
  for (const ManifestEntry& entry : manifest.entities) {
    entities.push_back(json::object{
        {"entity", entry.entity},
        {"file", entry.file},
        {"rows", entry.rows},
        {"checksum", entry.checksum}
    });
  }
  return codec::to_json_text(json::object{
      {"format", kFormat},
      {"version", kVersion},
      {"resumed", manifest.resumed},
      {"entities", std::move(entities)}
  });
}

Result<Manifest> parse_manifest(std::string_view text) {
  const auto parsed = codec::parse_json(text, kManifestName);
  if (!parsed) return std::unexpected(parsed.error());
  const json::object* members = parsed->if_object();
  std::string format;
  if (members == nullptr || copy_text(*members, "format", format) == nullptr || format != kFormat)
    return invalid("is not that of an export of noded");
  const json::value* version = members->if_contains("version");
  if (version == nullptr || !version->is_int64() || version->get_int64() != kVersion)
    return invalid(
        fmt::format("is of another version than {}: use the noded that made it", kVersion)
    );
  const json::value* entities = members->if_contains("entities");
  if (entities == nullptr || !entities->is_array()) return invalid("entities must be an array");
  Manifest manifest;
  const json::value* resumed = members->if_contains("resumed");
  manifest.resumed = resumed != nullptr && resumed->is_bool() && resumed->get_bool();
  for (const json::value& given : entities->get_array()) {
    auto entry = parse_entry(given);
    if (!entry) return std::unexpected(std::move(entry.error()));
    manifest.entities.push_back(std::move(*entry));
  }
  return manifest;
}

}  // namespace noded::cli
