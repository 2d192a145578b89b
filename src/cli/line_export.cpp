#include "cli/line_export.hpp"

#include "cli/admin_calls.hpp"
#include "cli/admin_client.hpp"
#include "cli/exit_code.hpp"
#include "cli/line_file.hpp"
#include "cli/progress_bar.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "http/line_stream.hpp"
#include "node/node_options.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

namespace noded::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kBuffered = std::size_t{1} << 20;

std::unexpected<Error> unusable(const fs::path& path, int fault) {
  return fail(
      Errc::kUnavailable, fmt::format("cannot write {}: {}", path.string(), std::strerror(fault))
  );
}

// A file of the owner's that is written at its end.
class Appender {
 public:
  Appender() = default;
  ~Appender() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;

  // What is behind the first `size` bytes is cut off.
  Result<> open(const fs::path& path, std::uint64_t size) {
    path_ = path;
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    const bool done = descriptor_ >= 0 && ::ftruncate(descriptor_, static_cast<off_t>(size)) == 0 &&
                      ::lseek(descriptor_, 0, SEEK_END) >= 0;
    return done ? Result<>() : unusable(path_, errno);
  }
  Result<> add(std::string_view line) {
    buffer_.append(line).push_back('\n');
    return buffer_.size() < kBuffered ? Result<>() : flush();
  }
  Result<> close() {
    if (descriptor_ < 0) return {};
    if (auto flushed = flush(); !flushed) return flushed;
    const bool done = ::fsync(descriptor_) == 0;
    const int fault = errno;
    ::close(std::exchange(descriptor_, -1));
    return done ? Result<>() : unusable(path_, fault);
  }

 private:
  Result<> flush() {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
      const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written <= 0) return unusable(path_, errno);
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
    return {};
  }

  fs::path path_;
  int descriptor_ = -1;
  std::string buffer_;
};

// What is there of one entity's file.
struct Written {
  std::uint64_t bytes = 0;  // of whole lines
  std::uint64_t rows = 0;
  LineChecksum checksum;
  std::string last_key;
};

// The first member of a row is its key.
Result<std::string> key_in(const std::string& line, const std::string& where) {
  const auto row = codec::parse_json(line, where);
  if (!row) return std::unexpected(row.error());
  const json::object* members = row->if_object();
  if (members == nullptr || members->empty())
    return fail(Errc::kInvalid, where + " is no row: remove the file, then export again");
  const json::value& key = members->begin()->value();
  return key.is_string() ? std::string(std::string_view(key.get_string()))
                         : codec::to_json_text(key);
}

Result<Written> look_at(const fs::path& path) {
  Written written;
  std::error_code fault;
  const std::uint64_t size = fs::exists(path, fault) ? fs::file_size(path, fault) : 0;
  if (fault) return unusable(path, fault.value());
  if (size == 0) return written;
  auto reader = LineReader::open(path);
  if (!reader) return std::unexpected(std::move(reader.error()));
  std::string line;
  std::string last;
  for (;;) {
    const auto more = reader->next(line);
    if (!more) return std::unexpected(more.error());
    if (!*more || written.bytes + line.size() + 1 > size) break;  // the last may lack its end
    written.bytes += line.size() + 1;
    ++written.rows;
    written.checksum.add(line);
    std::swap(line, last);
  }
  if (written.rows == 0) return written;
  auto key = key_in(last, fmt::format("{}:{}", path.string(), written.rows));
  if (!key) return std::unexpected(std::move(key.error()));
  written.last_key = std::move(*key);
  return written;
}

class LineExport {
 public:
  LineExport(const ExportArguments& arguments, const fs::path& socket)
      : directory_(arguments.directory), wanted_(arguments.entities), socket_(socket) {}

  Result<> run() {
    if (auto begun = make_directory(); !begun) return begun;
    if (auto listed = list(); !listed) return listed;
    if (auto kept = keep_application(); !kept) return kept;
    json::array entities;
    for (const std::string& name : wanted_) {
      auto written = look_at(directory_ / file_of(name));
      if (!written) return std::unexpected(std::move(written.error()));
      json::object part{{"name", name}};
      if (written->rows > 0) part["after"] = written->last_key;
      manifest_.resumed = manifest_.resumed || written->rows > 0;
      progress_->advance(name, written->rows);
      files_[name] = std::move(*written);
      entities.push_back(std::move(part));
    }
    const std::string body = codec::to_json_text(json::object{{"entities", std::move(entities)}});
    auto done = http::post_for_lines(
        socket_, "/api/admin/export", body, [this](std::string_view line) { return take(line); }
    );
    if (!done) return done;
    if (!is_whole_)
      return fail(Errc::kUnavailable, "the node ended before its answer did; export again");
    return finish();
  }

  void print() const {
    for (const ManifestEntry& entry : manifest_.entities)
      fmt::print("  {:<24} {:>12} rows  {}\n", entry.entity, entry.rows, entry.file);
    const double seconds = static_cast<double>(progress_->elapsed().count()) / 1000;
    fmt::print(
        "\nexported {} rows into {} in {:.1f} s\n", progress_->done(), directory_.string(), seconds
    );
    if (manifest_.resumed) {
      fmt::print(
          "This export was interrupted: the rows written before are as they were then, those "
          "after as they are now.\n"
      );
    }
  }

 private:
  static std::string file_of(const std::string& entity) {
    return codec::percent_encode(entity) + ".ndjson";
  }

  Result<> make_directory() {
    std::error_code fault;
    if (fs::create_directories(directory_, fault))
      fs::permissions(directory_, fs::perms::owner_all, fault);
    if (fault) return unusable(directory_, fault.value());
    if (!fs::exists(directory_ / kManifestName, fault)) return {};
    return fail(
        Errc::kExists, directory_.string() + " holds a whole export already: name another directory"
    );
  }

  static std::unexpected<Error> other_version() {
    return fail(Errc::kInternal, "the node is of another version");
  }

  Result<> list() {
    const auto answer = post_to_node(socket_, "/api/admin/lines/entities", "{}");
    if (!answer) return std::unexpected(answer.error());
    const json::value* entities = answer->if_contains("entities");
    const json::array* all = entities == nullptr ? nullptr : entities->if_array();
    if (all == nullptr) return other_version();
    const bool takes_all = wanted_.empty();
    std::uint64_t rows = 0;
    for (const json::value& entity : *all) {
      const json::object& members = entity.as_object();
      const std::string name(std::string_view(members.at("name").as_string()));
      if (takes_all) wanted_.push_back(name);
      if (std::ranges::find(wanted_, name) != wanted_.end())
        rows += members.at("rows").to_number<std::uint64_t>();
    }
    progress_.emplace(rows);
    return {};
  }

  Result<> keep_application() {
    const auto answer = ask_node(socket_, http::Method::kGet, "/api/system/config/raw");
    if (!answer) return std::unexpected(answer.error());
    const auto body = codec::parse_json(answer->body, "answer of the node");
    const json::object* members = body ? body->if_object() : nullptr;
    const json::value* application = members == nullptr ? nullptr : members->if_contains("json");
    if (answer->status != 200 || application == nullptr) return other_version();
    Appender file;
    if (auto opened = file.open(directory_ / kApplicationName, 0); !opened) return opened;
    if (auto added = file.add(codec::to_json_text(*application)); !added) return added;
    return file.close();
  }

  Result<> take(std::string_view line) {
    if (!line.starts_with('[')) {
      if (present_ == nullptr) return other_version();
      present_->checksum.add(line);
      ++present_->rows;
      progress_->advance(name_, 1);
      return file_.add(line);
    }
    const auto control = codec::parse_json(line, "answer of the node");
    if (!control) return std::unexpected(control.error());
    const json::array* words = control->if_array();
    if (words == nullptr || words->empty()) return other_version();
    is_whole_ = words->front() == "end";
    if (words->front() != "entity") return {};
    if (words->size() < 2 || !words->at(1).is_string()) return other_version();
    if (auto closed = file_.close(); !closed) return closed;
    name_ = std::string_view(words->at(1).as_string());
    present_ = &files_[name_];
    return file_.open(directory_ / file_of(name_), present_->bytes);
  }

  // The manifest gets its name once it is on the disk: with it the export is whole.
  Result<> finish() {
    if (auto closed = file_.close(); !closed) return closed;
    for (const std::string& name : wanted_) {
      const Written& file = files_[name];
      manifest_.entities.push_back({name, file_of(name), file.rows, file.checksum.text()});
    }
    const fs::path unfinished = directory_ / "manifest.unfinished";
    Appender manifest;
    if (auto opened = manifest.open(unfinished, 0); !opened) return opened;
    if (auto added = manifest.add(manifest_text(manifest_)); !added) return added;
    if (auto closed = manifest.close(); !closed) return closed;
    std::error_code fault;
    fs::rename(unfinished, directory_ / kManifestName, fault);
    progress_->clear();
    return fault ? Result<>(unusable(directory_, fault.value())) : Result<>();
  }

  fs::path directory_;
  std::vector<std::string> wanted_;
  const fs::path& socket_;
  std::optional<ProgressBar> progress_;
  std::map<std::string, Written> files_;
  Manifest manifest_;
  std::string name_;            // of the entity whose rows come
  Written* present_ = nullptr;  // its file
  Appender file_;
  bool is_whole_ = false;
};

}  // namespace

int export_lines(const Loaded& loaded, const ExportArguments& arguments) {
  if (!has_store(loaded)) return kFailed;
  const auto done = with_node_running_or_not(loaded, [&](const fs::path& socket) -> Result<> {
    LineExport lines(arguments, socket);
    auto exported = lines.run();
    if (exported) lines.print();
    return exported;
  });
  if (done) return kDone;
  fmt::print(stderr, "noded: {}\n", done.error().message);
  return kFailed;
}

}  // namespace noded::cli
