#include "cli/import_bknd_command.hpp"

#include "bknd/application.hpp"
#include "bknd/database_file.hpp"
#include "cli/admin_calls.hpp"
#include "cli/bknd_import.hpp"
#include "cli/exit_code.hpp"
#include "cli/progress_bar.hpp"
#include "codec/json.hpp"
#include "node/new_store.hpp"
#include "node/node_options.hpp"
#include "node/node_secrets.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <numeric>
#include <utility>

namespace noded::cli {
namespace {

namespace fs = std::filesystem;

// With the application's secrets: nobody else may read it.
Result<> write_private(const fs::path& file, std::string_view text) {
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  bool done = descriptor >= 0;
  while (done && !text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    done = written > 0;
    if (done) text.remove_prefix(static_cast<std::size_t>(written));
  }
  const int fault = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (done) return {};
  return fail(
      Errc::kUnavailable, fmt::format("cannot write {}: {}", file.string(), std::strerror(fault))
  );
}

// Sorted files of this size instead of many small ones that are merged over and over.
constexpr std::uint64_t kWriteBuffer = std::uint64_t{64} << 20;

void widen_write_buffer(config::Configuration& configuration) {
  const std::string name = "storage.write_buffer";
  if (configuration.options().find(name) == nullptr) return;
  const auto* given = std::get_if<Bytes>(&configuration.value(name));
  if (given != nullptr && given->count < kWriteBuffer)
    configuration.set(name, Bytes{kWriteBuffer}, "import");
}

// The node that fills the store: its own data directory, the application of the file.
Result<> point_at(Loaded& loaded, const fs::path& directory, const bknd::Application& application) {
  if (loaded.options->find(kAppFile) == nullptr)
    return fail(Errc::kInvalid, "this build has no role api, which an import needs");
  const fs::path file = directory / "application.json";
  const std::string text = codec::to_json_text(application.configuration);
  if (auto written = write_private(file, text); !written) return written;
  // A key file that is there seals; otherwise the one that is made is published with the store.
  const node::DataDirectory data{loaded.configuration->get(node::kData)};
  const fs::path key_file = fs::absolute(node::key_file_of(*loaded.configuration, data));
  std::error_code ignored;
  if (!loaded.configuration->get(node::kKeyFile).empty() || fs::exists(key_file, ignored))
    loaded.configuration->set(node::kKeyFile.name, key_file.string(), "import");
  loaded.configuration->set(node::kData.name, directory.string(), "import");
  loaded.configuration->set(kAppFile, file.string(), "import");
  widen_write_buffer(*loaded.configuration);
  return {};
}

struct Import {
  bknd::Application application;
  ImportOutcome outcome;
  std::chrono::milliseconds took{0};
};

Result<Import> fill(Loaded& loaded, const fs::path& directory, const std::string& name) {
  const auto file = bknd::DatabaseFile::open(name);
  if (!file) return std::unexpected(file.error());
  auto configuration = file->configuration();
  if (!configuration) return std::unexpected(std::move(configuration.error()));
  const auto tables = file->tables();
  if (!tables) return std::unexpected(tables.error());
  Import import{.application = bknd::application_of(std::move(*configuration)), .outcome = {}};
  if (auto pointed = point_at(loaded, directory, import.application); !pointed)
    return std::unexpected(std::move(pointed.error()));
  const std::uint64_t rows = std::accumulate(
      tables->begin(),
      tables->end(),
      std::uint64_t{0},
      [](std::uint64_t sum, const bknd::Table& table) { return sum + table.rows; }
  );
  ProgressBar progress(rows);
  auto done = with_offline_node(loaded, [&](const fs::path& socket) -> Result<> {
    auto outcome = BkndImport(*file, socket, progress).run(import.application.entities, *tables);
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    import.outcome = std::move(*outcome);
    return {};
  });
  if (!done) return std::unexpected(std::move(done.error()));
  import.took = progress.elapsed();
  return import;
}

std::string line_of(const bknd::Omission& omission) {
  std::string line = "  " + omission.where;
  if (!omission.key.empty()) line += " " + omission.key;
  if (!omission.field.empty()) line += ", " + omission.field;
  return line + ": " + omission.why;
}

std::vector<bknd::Omission> omissions_of(const Import& import) {
  std::vector<bknd::Omission> all = import.application.omissions;
  const auto& of_rows = import.outcome.omissions;
  all.insert(all.end(), of_rows.begin(), of_rows.end());
  return all;
}

void print_entities(const Import& import) {
  std::uint64_t taken = 0;
  fmt::print("  {:<24} {:>12} {:>12}\n", "entity", "in the file", "taken");
  for (const ImportedEntity& entity : import.outcome.entities) {
    fmt::print("  {:<24} {:>12} {:>12}\n", entity.name, entity.in_file, entity.taken);
    taken += entity.taken;
  }
  const double seconds = static_cast<double>(import.took.count()) / 1000;
  fmt::print(
      "\n{} rows in {:.1f} s ({:.0f} rows/s); counts and checksums agree.\n",
      taken,
      seconds,
      seconds > 0 ? static_cast<double>(taken) / seconds : 0
  );
}

void print_import(const Import& import, const std::vector<bknd::Omission>& omissions) {
  print_entities(import);
  if (!omissions.empty()) fmt::print("\nCould not be taken ({}):\n", omissions.size());
  for (const bknd::Omission& omission : omissions)
    fmt::print("{}\n", line_of(omission));
  if (!import.application.notes.empty()) fmt::print("\nGood to know:\n");
  for (const std::string& note : import.application.notes)
    fmt::print("  {}\n", note);
  fmt::print("\n");
}

int print_failure(const Error& error) {
  fmt::print(stderr, "noded: {}\n", error.message);
  return kFailed;
}

}  // namespace

int import_bknd(Loaded loaded, const BkndArguments& arguments) {
  const std::string data = loaded.configuration->get(node::kData);
  auto store = node::NewStore::begin(data);
  if (!store) return print_failure(store.error());
  const auto import = fill(loaded, store->directory(), arguments.file);
  if (!import) return print_failure(import.error());
  const auto omissions = omissions_of(*import);
  print_import(*import, omissions);
  std::fflush(stdout);  // before what is said on standard error
  if (!omissions.empty() && !arguments.allows_omissions) {
    fmt::print(
        stderr,
        "noded: nothing was imported, since not everything could be taken: mend it in bknd, or "
        "import without it by --allow-omissions\n"
    );
    return kFailed;
  }
  if (arguments.only_tries) {
    fmt::print("Only tried: {} is as it was.\n", data);
    return kDone;
  }
  if (auto published = store->publish(); !published) return print_failure(published.error());
  fmt::print("Imported into {}. Start it with: noded --data {}\n", data, data);
  return kDone;
}

}  // namespace noded::cli
