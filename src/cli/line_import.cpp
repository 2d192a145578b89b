#include "cli/line_import.hpp"

#include "cli/admin_calls.hpp"
#include "cli/exit_code.hpp"
#include "cli/line_file.hpp"
#include "cli/line_inputs.hpp"
#include "cli/progress_bar.hpp"
#include "codec/json.hpp"
#include "node/node_options.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace noded::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kLinesOfABatch = 1000;
constexpr std::size_t kBytesOfABatch = std::size_t{4} << 20;

std::uint64_t number_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? static_cast<std::uint64_t>(value->get_int64()) : 0;
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string()))
                                                : std::string();
}

std::string json_text(std::string_view text) {
  std::string out;
  codec::append_json_string(out, text);
  return out;
}

// Lines that go to the node together.
struct Batch {
  std::vector<std::string> lines;
  std::size_t bytes = 0;
  std::uint64_t first = 0;  // lines before them

  bool is_full() const { return lines.size() == kLinesOfABatch || bytes >= kBytesOfABatch; }
};

class LineImport {
 public:
  LineImport(
      const LineImportArguments& arguments,
      const fs::path& socket,
      LineInput input,
      ProgressBar& progress
  )
      : arguments_(arguments),
        socket_(socket),
        input_(std::move(input)),
        name_(input_.entity + " " + fs::weakly_canonical(input_.file).string()),
        progress_(progress) {}

  // Takes the lines that were not taken yet.
  Result<> take() {
    auto reader = LineReader::open(input_.file);
    if (!reader) return std::unexpected(std::move(reader.error()));
    if (auto skipped = skip_taken(*reader); !skipped) return skipped;
    return for_batches(*reader, true, [this](const Batch& batch) { return send(batch); });
  }
  // The second look, once the lines of all inputs are taken.
  Result<> connect() {
    if (late_ == 0) return {};
    auto reader = LineReader::open(input_.file);
    if (!reader) return std::unexpected(std::move(reader.error()));
    return for_batches(*reader, false, [this](const Batch& batch) -> Result<> {
      const std::string body =
          fmt::format(R"({{"entity":{},"rows":[{}]}})", json_text(input_.entity), joined(batch));
      const auto answer = post_to_node(socket_, "/api/admin/lines/connect", body);
      if (!answer) return std::unexpected(in_place(answer.error(), batch));
      progress_.advance("references", 0);
      return {};
    });
  }

  void print() const {
    fmt::print(
        "  {:<24} {:>10} created {:>10} replaced {:>10} skipped",
        input_.entity,
        created_,
        replaced_,
        skipped_
    );
    if (taken_before_ > 0) fmt::print("  (lines 1 to {} were taken before)", taken_before_);
    fmt::print("\n");
  }
  std::uint64_t taken() const { return created_ + replaced_ + skipped_; }

 private:
  std::string where(std::uint64_t line) const {
    return fmt::format("{}:{}", input_.file.string(), line);
  }

  Result<> skip_taken(LineReader& reader) {
    const std::string body =
        codec::to_json_text(json::object{{"import", name_}, {"restart", arguments_.begins_anew}});
    const auto position = post_to_node(socket_, "/api/admin/lines/begin", body);
    if (!position) return std::unexpected(position.error());
    taken_before_ = number_at(*position, "lines");
    late_ = number_at(*position, "late");
    std::string line;
    for (std::uint64_t i = 0; i < taken_before_; ++i) {
      const auto more = reader.next(line);
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      checksum_.add(line);
    }
    progress_.advance(input_.entity, taken_before_);
    if (taken_before_ == 0 || checksum_.text() == text_at(*position, "mark")) return {};
    return fail(
        Errc::kInvalid,
        fmt::format(
            "the first {} lines of {} are not those that were imported before: put them back, or "
            "begin anew with --restart",
            taken_before_,
            input_.file.string()
        )
    );
  }

  template <class Send>
  Result<> for_batches(LineReader& reader, bool checks, Send send_batch) {
    Batch batch{.lines = {}, .bytes = 0, .first = reader.line_number()};
    std::string line;
    for (;;) {
      const auto more = reader.next(line);
      if (!more) return std::unexpected(more.error());
      const auto checked = *more && checks ? check(line, reader.line_number()) : Result<>();
      if (*more && checked) {
        batch.bytes += line.size();
        batch.lines.push_back(std::move(line));
      }
      const bool is_over = !*more || !checked;
      if (!batch.lines.empty() && (is_over || batch.is_full())) {
        if (auto sent = send_batch(batch); !sent) return sent;
        batch = Batch{.lines = {}, .bytes = 0, .first = batch.first + batch.lines.size()};
      }
      if (is_over) return checked;
    }
  }

  Result<> check(const std::string& line, std::uint64_t number) const {
    const auto row = codec::parse_json(line, "line");
    if (row && row->is_object()) return {};
    return fail(
        Errc::kInvalid,
        fmt::format(
            "{}: {}; a line holds one JSON object",
            where(number),
            row ? "is no object" : row.error().message
        )
    );
  }

  static std::string joined(const Batch& batch) {
    std::string rows;
    rows.reserve(batch.bytes + batch.lines.size());
    for (const std::string& line : batch.lines)
      rows.append(rows.empty() ? "" : ",").append(line);
    return rows;
  }

  // What is before a refused row is taken all the same, so that the next start goes on there.
  Result<> send(const Batch& batch) {
    auto sent = send_all(batch);
    if (sent) return {};
    const auto position = refused_row(sent.error());
    if (!position || *position == 0) return std::unexpected(in_place(sent.error(), batch));
    Batch before{.lines = {}, .bytes = batch.bytes, .first = batch.first};
    const auto end = batch.lines.begin() + static_cast<std::ptrdiff_t>(*position);
    before.lines.assign(batch.lines.begin(), end);
    if (auto taken = send_all(before); !taken)
      return std::unexpected(in_place(taken.error(), before));
    return std::unexpected(in_place(sent.error(), batch));
  }

  Result<> send_all(const Batch& batch) {
    LineChecksum checksum = checksum_;
    for (const std::string& line : batch.lines)
      checksum.add(line);
    const std::string body = fmt::format(
        R"({{"import":{},"entity":{},"from":{},"mark":"{}","on_conflict":"{}","rows":[{}]}})",
        json_text(name_),
        json_text(input_.entity),
        batch.first,
        checksum.text(),
        arguments_.on_conflict,
        joined(batch)
    );
    const auto answer = post_to_node(socket_, "/api/admin/lines/rows", body);
    if (!answer) return std::unexpected(answer.error());
    checksum_ = checksum;
    created_ += number_at(*answer, "created");
    replaced_ += number_at(*answer, "replaced");
    skipped_ += number_at(*answer, "skipped");
    late_ += number_at(*answer, "late");
    progress_.advance(input_.entity, batch.lines.size());
    return {};
  }

  static std::optional<std::uint64_t> refused_row(const Error& error) {
    const auto answer = codec::parse_json(error.members, "answer");
    const json::object* members = answer ? answer->if_object() : nullptr;
    if (members == nullptr || !members->contains("row")) return std::nullopt;
    return number_at(*members, "row");
  }

  // "posts.ndjson:12, title: is required"
  Error in_place(const Error& error, const Batch& batch) const {
    const auto row = refused_row(error);
    if (!row) return error;
    const auto answer = codec::parse_json(error.members, "answer");
    const std::string field = text_at(answer->get_object(), "field");
    Error placed = error;
    placed.message =
        where(batch.first + *row + 1) + (field.empty() ? "" : ", " + field) + ": " + error.message;
    return placed;
  }

  const LineImportArguments& arguments_;
  const fs::path& socket_;
  const LineInput input_;
  const std::string name_;  // of the import: what goes where
  ProgressBar& progress_;
  LineChecksum checksum_;  // of the lines that were taken
  std::uint64_t taken_before_ = 0;
  std::uint64_t created_ = 0;
  std::uint64_t replaced_ = 0;
  std::uint64_t skipped_ = 0;
  std::uint64_t late_ = 0;
};

Result<> import_all(
    const LineImportArguments& arguments,
    const std::vector<LineInput>& inputs,
    const fs::path& socket
) {
  std::uint64_t rows = 0;
  for (const LineInput& input : inputs)
    rows += input.rows;
  ProgressBar progress(rows);
  std::vector<LineImport> imports;
  for (const LineInput& input : inputs)
    imports.emplace_back(arguments, socket, input, progress);
  Result<> done;
  for (std::size_t i = 0; i < imports.size() && done; ++i)
    done = imports[i].take();
  for (std::size_t i = 0; i < imports.size() && done; ++i)
    done = imports[i].connect();
  progress.clear();
  std::uint64_t taken = 0;
  for (const LineImport& import : imports) {
    import.print();
    taken += import.taken();
  }
  const double seconds = static_cast<double>(progress.elapsed().count()) / 1000;
  fmt::print("\n{} rows in {:.1f} s\n", taken, seconds);
  std::fflush(stdout);
  return done;
}

// Whether there is a store, or one may begin here. Only on purpose: a mistyped directory is none.
bool may_open_store(const Loaded& loaded, const fs::path& path) {
  std::error_code fault;
  const fs::path exported = path / kApplicationName;
  if (application_file(loaded).empty() && fs::is_regular_file(exported, fault) &&
      loaded.options->find(kAppFile) != nullptr)
    loaded.configuration->set(kAppFile, exported.string(), "import");
  if (!application_file(loaded).empty() || has_store(loaded)) return true;
  fmt::print(stderr, "To begin a store there, name the application's configuration: --app FILE\n");
  return false;
}

}  // namespace

int import_lines(const Loaded& loaded, const LineImportArguments& arguments) {
  if (!may_open_store(loaded, arguments.path)) return kFailed;
  const auto inputs = line_inputs(arguments.path, arguments.entity);
  const auto done =
      inputs ? with_node_running_or_not(
                   loaded,
                   [&](const fs::path& socket) { return import_all(arguments, *inputs, socket); }
               )
             : std::unexpected(inputs.error());
  if (done) return kDone;
  fmt::print(stderr, "noded: {}\n", done.error().message);
  return kFailed;
}

}  // namespace noded::cli
