// Writes: create, update and delete, one or many. The guard is asked before the body is read: a
// role that may not write costs no parsing, and learns nothing of what would have been wrong.
#include "modules/data/data_controller.hpp"
#include "modules/data/validation.hpp"

#include <algorithm>
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

}  // namespace

Task<http::Response> DataController::create(http::Request& request) const {
  const SteadyTime begun = now();
  const Subject subject = subject_of(request);
  auto refused = refuse_subject(request, subject, Action::kCreate);
  if (refused) co_return std::move(*refused);
  auto body = co_await read_json(request);
  if (!body) co_return answer(request, body.error());
  const auto insert = decode_insert(std::move(*body));
  if (!insert) co_return answer(request, insert.error());

  std::string out(kDataBegin);
  const Asking asking{*subject.access, request.deadline};
  const auto created = co_await service_.create(
      subject.entity->name, std::span(insert->rows), insert->as_array, asking, out
  );
  if (!created) co_return answer(request, created.error());
  out += ',';
  end_written(out, *created, begun);
  co_return http::Response::json(201, std::move(out));
}

Task<http::Response> DataController::update(http::Request& request) const {
  const SteadyTime begun = now();
  const Subject subject = subject_of(request);
  auto refused = refuse_subject(request, subject, Action::kUpdate);
  if (refused) co_return std::move(*refused);
  const auto body = co_await read_json(request);
  if (!body) co_return answer(request, body.error());
  const auto* changes = body->if_object();
  if (changes == nullptr) {
    const auto refusal = refuse("/type", "/", "Expected object", *body, kUpdateSchema);
    co_return answer(request, refusal.error());
  }

  std::string out(kDataBegin);
  const Asking asking{*subject.access, request.deadline};
  const auto updated = co_await service_.update(
      subject.entity->name, request.parameter("id"), *changes, asking, out
  );
  if (!updated) co_return answer(request, updated.error());
  // No such row: 200 without data, which clients know from bknd.
  if (*updated) {
    out += ',';
  } else {
    out = "{";
  }
  end_written(out, *updated ? 1 : 0, begun);
  co_return http::Response::json(200, std::move(out));
}

Task<http::Response> DataController::update_where(http::Request& request) const {
  const SteadyTime begun = now();
  const Subject subject = subject_of(request);
  auto refused = refuse_subject(request, subject, Action::kUpdate);
  if (refused) co_return std::move(*refused);
  const auto body = co_await read_json(request);
  if (!body) co_return answer(request, body.error());
  const auto wanted = decode_mass_update(*body);
  if (!wanted) co_return answer(request, wanted.error());

  std::string out(kDataBegin);
  const Asking asking{*subject.access, request.deadline};
  const auto updated = co_await service_.update_where(
      subject.entity->name, wanted->where, wanted->changes, asking, out
  );
  if (!updated) co_return answer(request, updated.error());
  out += ',';
  end_written(out, *updated, begun);
  co_return http::Response::json(200, std::move(out));
}

Task<http::Response> DataController::erase(http::Request& request) const {
  const SteadyTime begun = now();
  const Subject subject = subject_of(request);
  auto refused = refuse_subject(request, subject, Action::kDelete);
  if (refused) co_return std::move(*refused);

  std::string out(kDataBegin);
  const Asking asking{*subject.access, request.deadline};
  const auto erased =
      co_await service_.erase(subject.entity->name, request.parameter("id"), asking, out);
  if (!erased) co_return answer(request, erased.error());
  if (*erased) {
    out += ',';
  } else {
    out = "{";
  }
  end_written(out, *erased ? 1 : 0, begun);
  co_return http::Response::json(200, std::move(out));
}

Task<http::Response> DataController::erase_where(http::Request& request) const {
  const SteadyTime begun = now();
  const Subject subject = subject_of(request);
  auto refused = refuse_subject(request, subject, Action::kDelete);
  if (refused) co_return std::move(*refused);
  const auto body = co_await read_json(request);
  if (!body) co_return answer(request, body.error());
  const auto where = decode_where(*body);
  if (!where) co_return answer(request, where.error());

  std::string out(kDataBegin);
  const Asking asking{*subject.access, request.deadline};
  const auto erased = co_await service_.erase_where(subject.entity->name, *where, asking, out);
  if (!erased) co_return answer(request, erased.error());
  out += ',';
  end_written(out, *erased, begun);
  co_return http::Response::json(200, std::move(out));
}

}  // namespace noded::data
