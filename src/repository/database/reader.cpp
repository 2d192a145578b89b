#include "repository/database/reader.hpp"

#include "codec/json.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/row_json.hpp"
#include "repository/database/selection.hpp"

namespace noded::database {
namespace {

const json::object kNoWhere;

Cut cut_of(const Query& query) {
  return {query.sort, query.descending, query.offset, query.limit};
}

// Writes rows as JSON, with the related rows that the query asks for.
class RowWriter {
 public:
  RowWriter(
      std::uint16_t application, Transaction& transaction, const Access& access, std::string& out
  )
      : application_(application), transaction_(transaction), access_(access), out_(out) {}

  Result<> rows(const Entity& entity, const Query& query, const std::vector<StoredRow>& rows) {
    out_.push_back('[');
    for (const StoredRow& stored : rows) {
      if (&stored != &rows.front()) out_.push_back(',');
      auto written = row(entity, query, stored);
      if (!written) return written;
    }
    out_.push_back(']');
    return {};
  }

  Result<> row(const Entity& entity, const Query& query, const StoredRow& stored) {
    const RowView view(stored.bytes);
    out_.push_back('{');
    const auto& fields = query.select.empty() ? entity.visible : query.select;
    append_members(fields, stored.key, view, out_);
    bool first = fields.empty();
    for (const With& with : query.with) {
      separate(first);
      codec::append_json_string(out_, with.reference->name);
      out_.push_back(':');
      auto written = related(with, stored.key, view);
      if (!written) return written;
    }
    out_.push_back('}');
    return {};
  }

 private:
  void separate(bool& first) {
    if (!first) out_.push_back(',');
    first = false;
  }

  Result<> related(const With& with, const RowKey& key, const RowView& view) {
    const Entity& other = *with.reference->other;
    const Query& query = *with.query;
    const auto narrowing = Narrowing::make(
        other, query.where, query.where_json, query.join, access_, Action::kRead, nullptr
    );
    if (!narrowing) return std::unexpected(narrowing.error());
    auto found = related_rows(application_, transaction_, *with.reference, key, view);
    if (!found) return std::unexpected(std::move(found.error()));
    auto kept = keep(*narrowing, *found);
    if (!kept) return kept;
    if (with.reference->single) {
      if (!found->empty()) return row(other, query, found->front());
      out_ += "null";
      return {};
    }
    order_and_cut(other, cut_of(query), *found);
    return rows(other, query, *found);
  }

  Result<> keep(const Narrowing& narrowing, std::vector<StoredRow>& rows) {
    if (narrowing.is_empty()) return {};
    std::vector<StoredRow> kept;
    for (StoredRow& stored : rows) {
      const auto match =
          narrowing.matches(stored.key, RowView(stored.bytes), application_, transaction_);
      if (!match) return std::unexpected(match.error());
      if (*match) kept.push_back(std::move(stored));
    }
    rows = std::move(kept);
    return {};
  }

  std::uint16_t application_;
  Transaction& transaction_;
  const Access& access_;
  std::string& out_;
};

Result<std::uint64_t> total_of(
    std::uint16_t application, Transaction& transaction, const Entity& entity
) {
  const auto total = transaction.read_counter(keys::row_count(application, entity));
  if (!total) return std::unexpected(total.error());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(*total, 0));
}

// Refuses `with` of entities that the principal may not read, whether or not there are rows.
Result<> require_with(const Query& query, const Access& access) {
  for (const With& with : query.with) {
    if (auto rows = access.rows(*with.reference->other, Action::kRead, nullptr); !rows) {
      return std::unexpected(std::move(rows.error()));
    }
    if (auto nested = require_with(*with.query, access); !nested) return nested;
  }
  return {};
}

}  // namespace

Result<Page> Reader::read_many(const Entity& entity, const Query& query, std::string& out) {
  const auto narrowing = Narrowing::make(
      entity, query.where, query.where_json, query.join, access_, Action::kRead, nullptr
  );
  if (!narrowing) return std::unexpected(narrowing.error());
  if (auto allowed = require_with(query, access_); !allowed)
    return std::unexpected(std::move(allowed.error()));
  const auto total = total_of(application_, transaction_, entity);
  if (!total) return std::unexpected(total.error());
  const auto selected =
      select_rows(application_, transaction_, entity, *narrowing, cut_of(query), *total);
  if (!selected) return std::unexpected(selected.error());
  auto written =
      RowWriter(application_, transaction_, access_, out).rows(entity, query, selected->rows);
  if (!written) return std::unexpected(std::move(written.error()));
  return Page{selected->rows.size(), selected->count, *total, transaction_.snapshot()};
}

Result<Page> Reader::read_one(
    const Entity& entity, const std::optional<RowKey>& key, const Query& query, std::string& out
) {
  const auto narrowing = Narrowing::make(
      entity,
      query.where,
      query.where_json,
      query.join,
      access_,
      Action::kRead,
      key ? &*key : nullptr
  );
  if (!narrowing) return std::unexpected(narrowing.error());
  if (auto allowed = require_with(query, access_); !allowed)
    return std::unexpected(std::move(allowed.error()));
  const auto total = total_of(application_, transaction_, entity);
  if (!total) return std::unexpected(total.error());
  const Page none{0, 0, *total, transaction_.snapshot()};
  if (!key) return none;
  StoredRow stored{*key, {}};
  const auto exists = transaction_.peek(keys::row(application_, entity, *key), stored.bytes);
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return none;
  if (!narrowing->is_empty()) {
    const auto match =
        narrowing->matches(stored.key, RowView(stored.bytes), application_, transaction_);
    if (!match) return std::unexpected(match.error());
    if (!*match) return none;
  }
  auto written = RowWriter(application_, transaction_, access_, out).row(entity, query, stored);
  if (!written) return std::unexpected(std::move(written.error()));
  return Page{1, 1, *total, transaction_.snapshot()};
}

Result<Page> Reader::read_by_reference(
    const Entity& entity,
    const std::optional<RowKey>& key,
    const Reference& reference,
    const Query& query,
    std::string& out
) {
  const Entity& other = *reference.other;
  const auto total = total_of(application_, transaction_, other);
  if (!total) return std::unexpected(total.error());
  const auto narrowing = Narrowing::make(
      other, query.where, query.where_json, query.join, access_, Action::kRead, nullptr
  );
  if (!narrowing) return std::unexpected(narrowing.error());
  if (auto allowed = require_with(query, access_); !allowed)
    return std::unexpected(std::move(allowed.error()));
  // The parent must be visible itself.
  const Filter everything;
  const auto parent = Narrowing::make(
      entity, everything, kNoWhere, {}, access_, Action::kRead, key ? &*key : nullptr
  );
  if (!parent) return std::unexpected(parent.error());

  std::vector<StoredRow> rows;
  std::string parent_row;
  const auto exists = key ? transaction_.peek(keys::row(application_, entity, *key), parent_row)
                          : Result<bool>(false);
  if (!exists) return std::unexpected(exists.error());
  if (*exists) {
    const auto visible = parent->matches(*key, RowView(parent_row), application_, transaction_);
    if (!visible) return std::unexpected(visible.error());
    if (*visible) {
      auto found = related_rows(application_, transaction_, reference, *key, RowView(parent_row));
      if (!found) return std::unexpected(std::move(found.error()));
      for (StoredRow& row : *found) {
        const auto match =
            narrowing->matches(row.key, RowView(row.bytes), application_, transaction_);
        if (!match) return std::unexpected(match.error());
        if (*match) rows.push_back(std::move(row));
      }
    }
  }
  const std::uint64_t count = rows.size();
  order_and_cut(other, cut_of(query), rows);
  auto written = RowWriter(application_, transaction_, access_, out).rows(other, query, rows);
  if (!written) return std::unexpected(std::move(written.error()));
  return Page{rows.size(), count, *total, transaction_.snapshot()};
}

Result<std::uint64_t> Reader::count(
    const Entity& entity, const Filter& where, const json::object& where_json
) {
  const auto narrowing =
      Narrowing::make(entity, where, where_json, {}, access_, Action::kRead, nullptr);
  if (!narrowing) return std::unexpected(narrowing.error());
  const auto total = total_of(application_, transaction_, entity);
  if (!total || narrowing->is_empty()) return total;
  const Cut nothing{&entity.primary(), false, 0, 0};
  const auto selected =
      select_rows(application_, transaction_, entity, *narrowing, nothing, *total);
  if (!selected) return std::unexpected(selected.error());
  return selected->count;
}

Result<bool> Reader::exists(
    const Entity& entity, const Filter& where, const json::object& where_json
) {
  const auto narrowing =
      Narrowing::make(entity, where, where_json, {}, access_, Action::kRead, nullptr);
  if (!narrowing) return std::unexpected(narrowing.error());
  const auto keys = select_keys(application_, transaction_, entity, *narrowing, 1);
  if (!keys) return std::unexpected(keys.error());
  return !keys->empty();
}

Result<std::vector<RowKey>> Reader::find_keys(
    const Entity& entity, const json::object& where_json, Action action
) {
  auto where = Filter::compile(entity, where_json, Grammar::kWhere, false, false);
  if (!where) return std::unexpected(std::move(where.error()));
  const auto narrowing = Narrowing::make(entity, *where, where_json, {}, access_, action, nullptr);
  if (!narrowing) return std::unexpected(narrowing.error());
  return select_keys(
      application_, transaction_, entity, *narrowing, std::numeric_limits<std::uint64_t>::max()
  );
}

Result<std::string> Reader::explain(const Entity& entity, const Query& query) {
  const auto narrowing = Narrowing::make(
      entity, query.where, query.where_json, query.join, access_, Action::kRead, nullptr
  );
  if (!narrowing) return std::unexpected(narrowing.error());
  return plan_for(application_, entity, *narrowing, query.sort, query.descending).reason;
}

}  // namespace noded::database
