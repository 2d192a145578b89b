// What `noded import PATH` reads.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace noded::cli {

struct LineInput {
  std::filesystem::path file;
  std::string entity;
  std::uint64_t rows = 0;  // lines of the file
};

// `path` is a file of lines of `given_entity`, which is the file's name up to the first dot when
// that is empty; or the directory of a whole export, whose files are compared with its manifest.
// Reads all of it. Errors: kNotFound, kInvalid.
Result<std::vector<LineInput>> line_inputs(
    const std::filesystem::path& path, const std::string& given_entity
);

}  // namespace noded::cli
