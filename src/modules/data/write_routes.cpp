// Writes: create, update and delete, one or many. The guard is asked before the body is read: a
// role that may not write costs no parsing, and learns nothing of what would have been wrong.
#include "modules/data/data_controller.hpp"
#include "modules/data/validation.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace noded::data {

using database::Action;

namespace {

constexpr std::string_view kDataBegin = R"({"data":)";

// The rows of an insert: an object is one, an array is several. Errors: kInvalid.
struct Insert {
  std::vector<json::object> rows;
  bool as_array = false;
};

Result<Insert> decode_insert(json::value body) {
  Insert insert;
  if (auto* row = body.if_object()) {
    insert.rows.push_back(std::move(*row));
    return insert;
  }
  auto* rows = body.if_array();
  const auto is_object = [](const json::value& row) {
    return row.is_object();
  };
  if (rows == nullptr || !std::ranges::all_of(*rows, is_object)) {
    return refuse("/anyOf", "/", "Expected at least one to match", body, kInsertSchema);
  }
  insert.as_array = true;
  insert.rows.reserve(rows->size());
  for (json::value& row : *rows)
    insert.rows.push_back(std::move(row.as_object()));
  if (insert.rows.empty()) return fail(Errc::kInvalid, "No rows given to create");
  return insert;
}

struct MassUpdate {
  json::object changes;
  json::object where;
};

Result<MassUpdate> decode_mass_update(const json::value& body) {
  const auto* object = body.if_object();
  if (object == nullptr) return refuse("/type", "/", "Expected object", body, kUpdateManySchema);
  const json::value* changes = object->if_contains("update");
  if (changes == nullptr) {
    return refuse(
        "/required", "/", "Expected object with required properties update", body, kUpdateManySchema
    );
  }
  if (!changes->is_object()) {
    return refuse(
        "/properties/update/type", "/update", "Expected object", *changes, kUpdateManySchema
    );
  }
  MassUpdate update;
  update.changes = changes->as_object();
  if (const json::value* given = object->if_contains("where")) {
    auto where = decode_where(*given);
    if (!where) return std::unexpected(std::move(where.error()));
    update.where = std::move(*where);
  }
  return update;
}

Result<std::optional<std::uint64_t>> items_of(Result<bool> has_row) {
  if (!has_row) return std::unexpected(std::move(has_row.error()));
  return *has_row ? std::optional<std::uint64_t>(1) : std::nullopt;
}

}  // namespace

// Asks the guard, then has `work` done.
Task<http::Response> DataController::write(
    http::Request& request, Action action, int status, Work work
) const {
  const SteadyTime begun = now();
  const Subject subject = subject_of(request);
  auto refused = refuse_subject(request, subject, action);
  if (refused) co_return std::move(*refused);

  std::string out(kDataBegin);
  const Asking asking{*subject.access, request.deadline};
  const Result<Items> written = co_await (this->*work)(request, subject, asking, out);
  if (!written) co_return answer(request, written.error());
  // No such row: 200 without data, which clients know from bknd.
  if (*written) {
    out += ',';
  } else {
    out = "{";
  }
  end_written(out, written->value_or(0), begun);
  co_return http::Response::json(status, std::move(out));
}

Task<http::Response> DataController::create(http::Request& request) const {
  return write(request, Action::kCreate, 201, &DataController::create_rows);
}

auto DataController::create_rows(
    http::Request& request, const Subject& subject, Asking asking, std::string& out
) const -> Task<Result<Items>> {
  auto body = co_await read_json(request);
  if (!body) co_return std::unexpected(std::move(body.error()));
  const auto insert = decode_insert(std::move(*body));
  if (!insert) co_return std::unexpected(insert.error());
  co_return co_await service_.create(
      subject.entity->name, std::span(insert->rows), insert->as_array, asking, out
  );
}

Task<http::Response> DataController::update(http::Request& request) const {
  return write(request, Action::kUpdate, 200, &DataController::update_row);
}

auto DataController::update_row(
    http::Request& request, const Subject& subject, Asking asking, std::string& out
) const -> Task<Result<Items>> {
  const auto body = co_await read_json(request);
  if (!body) co_return std::unexpected(body.error());
  const auto* changes = body->if_object();
  if (changes == nullptr) {
    co_return refuse("/type", "/", "Expected object", *body, kUpdateSchema);
  }
  co_return items_of(
      co_await service_.update(subject.entity->name, request.parameter("id"), *changes, asking, out)
  );
}

Task<http::Response> DataController::update_where(http::Request& request) const {
  return write(request, Action::kUpdate, 200, &DataController::update_rows);
}

auto DataController::update_rows(
    http::Request& request, const Subject& subject, Asking asking, std::string& out
) const -> Task<Result<Items>> {
  const auto body = co_await read_json(request);
  if (!body) co_return std::unexpected(body.error());
  const auto wanted = decode_mass_update(*body);
  if (!wanted) co_return std::unexpected(wanted.error());
  co_return co_await service_.update_where(
      subject.entity->name, wanted->where, wanted->changes, asking, out
  );
}

Task<http::Response> DataController::erase(http::Request& request) const {
  return write(request, Action::kDelete, 200, &DataController::erase_row);
}

auto DataController::erase_row(
    http::Request& request, const Subject& subject, Asking asking, std::string& out
) const -> Task<Result<Items>> {
  co_return items_of(
      co_await service_.erase(subject.entity->name, request.parameter("id"), asking, out)
  );
}

Task<http::Response> DataController::erase_where(http::Request& request) const {
  return write(request, Action::kDelete, 200, &DataController::erase_rows);
}

auto DataController::erase_rows(
    http::Request& request, const Subject& subject, Asking asking, std::string& out
) const -> Task<Result<Items>> {
  const auto body = co_await read_json(request);
  if (!body) co_return std::unexpected(body.error());
  const auto where = decode_where(*body);
  if (!where) co_return std::unexpected(where.error());
  co_return co_await service_.erase_where(subject.entity->name, *where, asking, out);
}

}  // namespace noded::data
