#include "node/backup_route.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "node/backup_keys.hpp"
#include "telemetry/log.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace noded::node {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::uint64_t kMaxBody = 64 * 1024;
constexpr std::int64_t kMostKept = 100'000;
// A backup takes what the disk takes; no deadline of ordinary requests suits it.
constexpr std::chrono::hours kLongest{24};
constexpr int kNiceness = 15;

// However a backup ends, the next one may begin.
class Turn {
 public:
  explicit Turn(std::atomic<bool>& is_busy) : is_busy_(is_busy) {}
  ~Turn() { is_busy_ = false; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  std::atomic<bool>& is_busy_;
};

bool is_within(const fs::path& path, const fs::path& parent) {
  std::error_code fault;
  const fs::path real = fs::weakly_canonical(path, fault);
  const fs::path root = fs::weakly_canonical(parent, fault);
  const auto [rest, other] = std::ranges::mismatch(root, real);
  return rest == root.end();
}

json::object backup_json(
    const storage::MadeBackup& made,
    std::chrono::milliseconds took,
    const SecretBox& secrets,
    bool key_included
) {
  json::array keys;
  for (const SealingKeyId id : secrets.keys())
    keys.emplace_back(to_text(id));
  return {
      {"backup", made.info.id},
      {"files", made.info.files},
      {"bytes", made.info.bytes},
      {"copied_bytes", made.copied_bytes},
      {"milliseconds", took.count()},
      {"key_file", secrets.key_file()},
      {"keys", std::move(keys)},
      {"key_included", key_included},
  };
}

void log_backup(const fs::path& directory, std::string_view members, const Error* error) {
  telemetry::Fields fields;
  fields.text("directory", directory.string());
  if (error == nullptr) {
    telemetry::log(telemetry::Level::kInfo, "backup made", fields.json_members(members));
  } else {
    telemetry::log(telemetry::Level::kError, "backup failed", fields.text("cause", error->message));
  }
}

// What a person asks for on this machine may tell its cause, damage included.
http::Response refuse(const Error& error) {
  return http::answer_refusal(http::status_of(error.code), error.message);
}

}  // namespace

Backups::Backups(
    std::shared_ptr<storage::BackupSource> source, fs::path data, const SecretBox& secrets
)
    : source_(std::move(source)),
      data_(std::move(data)),
      secrets_(secrets),
      lane_({.name = "backup", .queue_limit = 1, .thread_limit = 1, .niceness = kNiceness}) {}

std::vector<http::Route> Backups::routes() {
  std::vector<http::Route> routes;
  http::Route& route = routes.emplace_back();
  route.method = http::Method::kPost;
  route.pattern = "/api/admin/backup";
  route.max_body = kMaxBody;
  route.handler = [this](http::Request& request) {
    return answer(request);
  };
  return routes;
}

void Backups::stop() {
  if (source_ != nullptr) source_->stop();
}

void Backups::close() {
  stop();
  lane_.close();
}

Result<Backups::Wanted> Backups::parse(const std::string& body) const {
  const auto value = codec::parse_json(body, "body");
  if (!value) return std::unexpected(value.error());
  const json::object* object = value->if_object();
  const json::value* directory = object == nullptr ? nullptr : object->if_contains("directory");
  if (directory == nullptr || !directory->is_string())
    return fail(Errc::kInvalid, R"(expected {"directory":"/absolute/path","keep":number?})");
  Wanted wanted{
      .directory = fs::path(directory->get_string().c_str()).lexically_normal(), .keep = {}
  };
  if (!wanted.directory.is_absolute())
    return fail(
        Errc::kInvalid, fmt::format("{}: the path must be absolute", wanted.directory.string())
    );
  if (is_within(wanted.directory, data_))
    return fail(
        Errc::kInvalid,
        fmt::format(
            "{} is inside the data directory {}: a backup belongs elsewhere, best on another disk",
            wanted.directory.string(),
            data_.string()
        )
    );
  if (const json::value* keep = object->if_contains("keep")) {
    boost::system::error_code fault;
    const auto count = keep->to_number<std::int64_t>(fault);
    if (fault || count < 1 || count > kMostKept)
      return fail(Errc::kInvalid, fmt::format("keep: a number from 1 to {}", kMostKept));
    wanted.keep = static_cast<std::uint32_t>(count);
  }
  if (const json::value* with_key = object->if_contains("with_key")) {
    if (!with_key->is_bool()) return fail(Errc::kInvalid, "with_key: true or false");
    wanted.with_key = with_key->get_bool();
  }
  return wanted;
}

Task<http::Response> Backups::answer(http::Request& request) {
  if (!request.from_local_socket) co_return http::answer_refusal(403, "only on the admin socket");
  const auto body = co_await request.read_body(kMaxBody);
  if (!body) co_return refuse(body.error());
  auto wanted = parse(*body);
  if (!wanted) co_return refuse(wanted.error());
  if (source_ == nullptr)
    co_return http::answer_refusal(400, "the engine memory has nothing to back up");
  if (is_busy_.exchange(true))
    co_return http::answer_refusal(409, "another backup is under way; try again when it is done");
  const Turn turn(is_busy_);
  request.deadline += kLongest;
  const fs::path directory = wanted->directory;
  const bool with_key = wanted->with_key;
  const auto began = std::chrono::steady_clock::now();
  const auto made = co_await make(std::move(*wanted));
  if (!made) {
    log_backup(directory, {}, &made.error());
    co_return refuse(made.error());
  }
  const auto took =
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  const std::string text = codec::to_json_text(backup_json(*made, took, secrets_, with_key));
  log_backup(directory, text, nullptr);
  co_return http::Response::json(200, text);
}

Task<Result<storage::MadeBackup>> Backups::make(Wanted wanted) {
  return offload(lane_, [this, wanted = std::move(wanted)]() -> Result<storage::MadeBackup> {
    auto made = source_->make(wanted.directory, wanted.keep);
    if (!made || !wanted.with_key) return made;
    const fs::path beside = key_file_of_backups(wanted.directory);
    if (auto added = append_new_keys(secrets_.key_file(), beside); !added)
      return std::unexpected(std::move(added.error()));
    return made;
  });
}

}  // namespace noded::node
