// Rows of a bknd database into a node that has its configuration already and nothing else.
#pragma once

#include "noded/result.hpp"

#include "bknd/application.hpp"
#include "bknd/database_file.hpp"
#include "cli/progress_bar.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

namespace noded::cli {

struct ImportedEntity {
  std::string name;
  std::uint64_t in_file = 0;
  std::uint64_t taken = 0;
};

struct ImportOutcome {
  std::vector<ImportedEntity> entities;
  std::vector<bknd::Omission> omissions;
};

// Asks the node at `socket`; see modules/transfer/import_admin.hpp. Blocks; for one thread.
class BkndImport {
 public:
  // All must outlive it.
  BkndImport(
      const bknd::DatabaseFile& file, const std::filesystem::path& socket, ProgressBar& progress
  )
      : file_(file), socket_(socket), progress_(progress) {}

  // Copies the rows of those `entities` that have a table among `tables`; a table that is no
  // entity's is an omission. Then makes references to rows that were not taken null, and compares
  // the node's count and checksum of each entity with what it was sent: a difference is kInternal.
  Result<ImportOutcome> run(
      const std::vector<std::string>& entities, const std::vector<bknd::Table>& tables
  );

 private:
  struct Sum {
    std::uint64_t rows = 0;
    std::uint64_t checksum = 0;
  };
  Result<Sum> copy(const bknd::Table& table);
  struct Batch {
    std::size_t rows = 0;
    std::future<Result<boost::json::object>> answer;
  };
  Result<> take_answer(const std::string& entity, Batch& batch, Sum& sum);
  Result<Sum> walk(const std::string& entity);
  Result<> continue_keys(const std::string& entity);
  void note_refused(const std::string& entity, const boost::json::object& answer);
  Result<boost::json::object> post(std::string_view what, const std::string& body) const;

  const bknd::DatabaseFile& file_;
  const std::filesystem::path& socket_;
  ProgressBar& progress_;
  ImportOutcome outcome_;
};

}  // namespace noded::cli
