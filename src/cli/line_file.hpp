// Files of one JSON object per line (NDJSON), and the manifest beside them.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace noded::cli {

// FNV-1a, 64 bits: tells a changed file, not a forged one.
class LineChecksum {
 public:
  void add(std::string_view line);  // and its end
  std::string text() const;         // 16 hex digits

 private:
  std::uint64_t state_ = 14695981039346656037u;
};

// Reads a file line by line. Empty lines are lines.
class LineReader {
 public:
  static constexpr std::size_t kLongestLine = std::size_t{32} << 20;

  // kNotFound, kUnavailable with the file's name.
  static Result<LineReader> open(const std::filesystem::path& file);
  // False at the end. The last line may lack its end. kInvalid: longer than kLongestLine,
  // of which little more is read.
  Result<bool> next(std::string& line);
  std::uint64_t line_number() const { return number_; }  // of the last line; the first is 1
  const std::string& name() const { return name_; }

 private:
  std::ifstream stream_;
  std::string name_;
  std::uint64_t number_ = 0;
};

struct ManifestEntry {
  std::string entity;
  std::string file;  // a name in the manifest's directory
  std::uint64_t rows = 0;
  std::string checksum;  // of all lines
};

// manifest.json: {"format":"noded-export","version":1,"resumed":bool,"entities":[{entity, file,
// rows, checksum}]}. `resumed`: the rows are not of one snapshot.
struct Manifest {
  bool resumed = false;
  std::vector<ManifestEntry> entities;
};
inline constexpr const char* kManifestName = "manifest.json";
// Beside it: the application's configuration {server, data, auth, media, flows} without secrets.
inline constexpr const char* kApplicationName = "application.json";

std::string manifest_text(const Manifest& manifest);
// kInvalid says what is wrong: another format or version, a file outside of the directory.
Result<Manifest> parse_manifest(std::string_view text);

}  // namespace noded::cli
