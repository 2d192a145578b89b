#include "modules/data/data_service.hpp"

#include "repository/database/filter.hpp"
#include "repository/database/transact.hpp"
#include "repository/database/writer.hpp"

#include <utility>
#include <vector>

namespace noded::data {

using database::Entity;
using database::Page;
using database::Query;
using database::Reader;
using database::RowKey;
using database::Schema;
using database::Writer;

namespace {

// The rows that a write made or changed are shown to who wrote them even if the role may not read
// the entity, as bknd does: the write was allowed, and hidden fields stay hidden. Hence the one
// read that asks no guard.
Result<> append_written(
    std::uint16_t application,
    Transaction& transaction,
    const Entity& entity,
    const std::vector<RowKey>& keys,
    bool as_array,
    std::string& out
) {
  Reader reader(application, transaction, database::unrestricted_access_for_the_node_itself());
  const Query all_visible;
  if (as_array) out += '[';
  bool first = true;
  for (const RowKey& key : keys) {
    if (!first) out += ',';
    first = false;
    auto shown = reader.read_one(entity, key, all_visible, out);
    if (!shown) return std::unexpected(std::move(shown.error()));
  }
  if (as_array) out += ']';
  return {};
}

std::unexpected<Error> too_many(std::string_view what, std::uint64_t most) {
  return fail(
      Errc::kTooLarge,
      "Too many rows to " + std::string(what) + " at once; at most " + std::to_string(most)
  );
}

}  // namespace

// Runs `body`, Result<T>(Reader&), over a snapshot.
template <class Body>
auto DataService::read(Asking asking, Body body) const {
  return database::read(
      database_.store(),
      asking.deadline,
      [this, asking, body = std::move(body)](Transaction& transaction) mutable {
        Reader reader(database_.application(), transaction, asking.access);
        return body(reader);
      }
  );
}

// The same; each run begins anew with what `out` holds now.
template <class Body>
auto DataService::read(Asking asking, std::string& out, Body body) const {
  return read(asking, [&out, start = out.size(), body = std::move(body)](Reader& reader) mutable {
    out.resize(start);
    return body(reader);
  });
}

// Runs `body`, Result<T>(const Entity&, Writer&, Transaction&), over the entity of that name in the
// schema then in force; each run begins anew with what `out` holds now.
template <class Body>
auto DataService::write(std::string_view entity, Asking asking, std::string& out, Body body) const
    -> Task<std::invoke_result_t<Body&, const Entity&, Writer&, Transaction&>> {
  auto written = co_await database_.write(
      asking.deadline,
      [this, entity, asking, &out, start = out.size(), body = std::move(body)](
          const Schema& schema, Transaction& transaction
      ) mutable -> std::invoke_result_t<Body&, const Entity&, Writer&, Transaction&> {
        out.resize(start);
        const Entity* found = schema.find(entity);
        if (found == nullptr) {
          return fail(Errc::kNotFound, "Not found", std::string(kUnknownEntity));
        }
        Writer writer(
            database_.application(), schema, transaction, asking.access, database_.clock()
        );
        return body(*found, writer, transaction);
      }
  );
  if (written) asking.access.committed();
  co_return written;
}

Task<Result<Page>> DataService::read_many(
    const Entity& entity, const Query& query, Asking asking, std::string& out, std::string* plan
) const {
  auto body = [&](Reader& reader) -> Result<Page> {
    if (plan != nullptr) {
      auto explained = reader.explain(entity, query);
      if (!explained) return std::unexpected(std::move(explained.error()));
      *plan = std::move(*explained);
    }
    return reader.read_many(entity, query, out);
  };
  co_return co_await read(asking, out, std::move(body));
}

Task<Result<Page>> DataService::read_one(
    const Entity& entity,
    const std::optional<RowKey>& key,
    const Query& query,
    Asking asking,
    std::string& out
) const {
  auto body = [&](Reader& reader) {
    return reader.read_one(entity, key, query, out);
  };
  co_return co_await read(asking, out, std::move(body));
}

Task<Result<Page>> DataService::read_by_reference(
    const Entity& entity,
    const std::optional<RowKey>& key,
    const database::Reference& reference,
    const Query& query,
    Asking asking,
    std::string& out
) const {
  auto body = [&](Reader& reader) {
    return reader.read_by_reference(entity, key, reference, query, out);
  };
  co_return co_await read(asking, out, std::move(body));
}

Task<Result<std::uint64_t>> DataService::count(
    const Entity& entity, const json::object& where, Asking asking
) const {
  auto query = parse_where(entity, where);
  if (!query) co_return std::unexpected(std::move(query.error()));
  auto body = [&](Reader& reader) {
    return reader.count(entity, query->where, where);
  };
  co_return co_await read(asking, std::move(body));
}

Task<Result<bool>> DataService::exists(
    const Entity& entity, const json::object& where, Asking asking
) const {
  auto query = parse_where(entity, where);
  if (!query) co_return std::unexpected(std::move(query.error()));
  auto body = [&](Reader& reader) {
    return reader.exists(entity, query->where, where);
  };
  co_return co_await read(asking, std::move(body));
}

Result<Query> DataService::parse_where(const Entity& entity, const json::object& where) const {
  const json::object options{{"where", where}};
  return database::parse_query(entity, options, limits_.query);
}

Task<Result<std::uint64_t>> DataService::create(
    std::string_view entity,
    std::span<const json::object> rows,
    bool as_array,
    Asking asking,
    std::string& out
) const {
  if (rows.size() > limits_.max_insert_rows) {
    co_return too_many("create", limits_.max_insert_rows);
  }
  auto body = [&](const Entity& found, Writer& writer, Transaction& transaction
              ) -> Result<std::uint64_t> {
    auto keys = writer.create(found, rows);
    if (!keys) return std::unexpected(std::move(keys.error()));
    auto shown = append_written(database_.application(), transaction, found, *keys, as_array, out);
    if (!shown) return std::unexpected(std::move(shown.error()));
    return keys->size();
  };
  co_return co_await write(entity, asking, out, std::move(body));
}

Task<Result<bool>> DataService::update(
    std::string_view entity,
    std::string_view id,
    const json::object& changes,
    Asking asking,
    std::string& out
) const {
  auto body = [&](const Entity& found, Writer& writer, Transaction& transaction) -> Result<bool> {
    const auto key = RowKey::parse(id, found.uuid_keys);
    if (!key) return false;
    auto updated = writer.update(found, *key, changes);
    if (!updated || !*updated) return updated;
    auto shown = append_written(database_.application(), transaction, found, {*key}, false, out);
    if (!shown) return std::unexpected(std::move(shown.error()));
    return true;
  };
  co_return co_await write(entity, asking, out, std::move(body));
}

Task<Result<std::uint64_t>> DataService::update_where(
    std::string_view entity,
    const json::object& where,
    const json::object& changes,
    Asking asking,
    std::string& out
) const {
  if (where.empty()) {
    co_return fail(Errc::kInvalid, "Where clause must be provided for mass update");
  }
  auto body = [&](const Entity& found, Writer& writer, Transaction& transaction
              ) -> Result<std::uint64_t> {
    auto keys = writer.update_where(found, where, changes);
    if (!keys) return std::unexpected(std::move(keys.error()));
    if (keys->size() > limits_.max_changed_rows) {
      return too_many("update", limits_.max_changed_rows);
    }
    auto shown = append_written(database_.application(), transaction, found, *keys, true, out);
    if (!shown) return std::unexpected(std::move(shown.error()));
    return keys->size();
  };
  co_return co_await write(entity, asking, out, std::move(body));
}

Task<Result<bool>> DataService::erase(
    std::string_view entity, std::string_view id, Asking asking, std::string& out
) const {
  auto body = [&](const Entity& found, Writer& writer, Transaction&) -> Result<bool> {
    const auto key = RowKey::parse(id, found.uuid_keys);
    if (!key) return false;
    return writer.erase(found, *key, out);
  };
  co_return co_await write(entity, asking, out, std::move(body));
}

Task<Result<std::uint64_t>> DataService::erase_where(
    std::string_view entity, const json::object& where, Asking asking, std::string& out
) const {
  if (where.empty()) {
    co_return fail(Errc::kInvalid, "Where clause must be provided for mass deletion");
  }
  auto body = [&](const Entity& found, Writer& writer, Transaction&) -> Result<std::uint64_t> {
    auto erased = writer.erase_where(found, where, out);
    if (erased && *erased > limits_.max_changed_rows) {
      return too_many("delete", limits_.max_changed_rows);
    }
    return erased;
  };
  co_return co_await write(entity, asking, out, std::move(body));
}

}  // namespace noded::data
