// The part of an inspection that finds what is no damage, but what a person should know.
#include "repository/database/inspection.hpp"
#include "repository/database/keys.hpp"

#include <utility>

namespace noded::database {
namespace {

constexpr std::size_t kNamedKeys = 5;

std::string rows_of(std::uint64_t rows, const std::string& entity) {
  return std::to_string(rows) + (rows == 1 ? " row of \"" : " rows of \"") + entity + "\"";
}

}  // namespace

std::vector<Inspection::Dangling> Inspection::polymorphic_relations(const Entity& entity) const {
  std::vector<Dangling> relations;
  for (const auto& relation : schema_->relations()) {
    if (relation->type == RelationType::kPolymorphic && relation->target == &entity)
      relations.push_back(
          {relation.get(), relation->source->name + "." + relation->target_name, 0, {}}
      );
  }
  return relations;
}

// A row that names no relation, or one that is gone, refers to nothing.
Result<> Inspection::check_polymorphic(EntityWalk& walk, const RowKey& key, const RowView& row) {
  for (Dangling& dangling : walk.polymorphic) {
    const Relation& relation = *dangling.relation;
    const ValueView reference = row.field(relation.poly_reference->id);
    const ValueView named = row.field(relation.poly_key->id);
    const bool refers = reference.type == ValueType::kText && named.type == ValueType::kText &&
                        reference.text == dangling.reference;
    if (!refers) continue;
    const auto other = RowKey::parse(named.text, relation.source->uuid_keys);
    if (other && other->text() == named.text) {  // only then a read finds it
      const auto found = is_there(*relation.source, *other);
      if (!found) return std::unexpected(found.error());
      if (*found) continue;
    }
    ++dangling.rows;
    if (dangling.keys.size() < kNamedKeys) dangling.keys.push_back(key.text());
  }
  return {};
}

void Inspection::note_dangling(const EntityWalk& walk) {
  for (const Dangling& dangling : walk.polymorphic) {
    if (dangling.rows == 0) continue;
    std::string sentence = rows_of(dangling.rows, walk.entity.name) +
                           (dangling.rows == 1 ? " refers" : " refer") + " by \"" +
                           dangling.reference + "\" to rows of \"" +
                           dangling.relation->source->name + "\" that are not there: ";
    for (const std::string& key : dangling.keys)
      sentence.append(key == dangling.keys.front() ? "" : ", ").append(key);
    if (dangling.rows > dangling.keys.size())
      sentence += " and " + std::to_string(dangling.rows - dangling.keys.size()) + " more";
    report_.notes.push_back(
        {Notice::kPolymorphic, walk.entity.name, dangling.rows, std::move(sentence)}
    );
  }
}

void Inspection::note_filling(const EntityWalk& walk) {
  for (const Index* index : walk.entity.indices) {
    if (index->ready) continue;
    std::string sentence = "the index \"" + index->name + "\" of \"" + walk.entity.name +
                           "\" is being filled by a change of the schema";
    if (const auto status = database_.change_status())
      sentence += ", " + std::to_string(status->rows_done) + " of " + std::to_string(status->rows) +
                  " rows so far";
    report_.notes.push_back(
        {Notice::kIndexFilling,
         walk.entity.name,
         static_cast<std::uint64_t>(walk.rows),
         sentence + ": it was not compared with the rows"}
    );
  }
}

Task<Result<>> Inspection::inspect_kept() {
  const auto catalog = co_await database_.load_catalog(SteadyTime::max());
  if (!catalog) co_return std::unexpected(catalog.error());
  for (const auto& [name, number] : catalog->entities()) {
    if (schema_->find(name) != nullptr) continue;
    auto inspected = co_await inspect_kept(name, number);
    if (!inspected) co_return inspected;
  }
  co_return Result<>();
}

Task<Result<>> Inspection::inspect_kept(const std::string& name, std::uint32_t number) {
  Entity gone;
  gone.name = name;
  std::uint64_t rows = 0;
  bool is_whole = true;
  auto walked = co_await walk(
      keys::prefix(application(), keys::Space::kRow, number),
      "the rows of \"" + name + "\"",
      is_whole,
      [&](std::string_view key, std::string_view value) -> Result<> {
        ++rows;
        const bool is_key = key.size() == 8 || key.size() == 16;
        if (is_key && RowView(value).is_well_formed()) return {};
        const std::string sentence = "a row of \"" + name +
                                     "\", which the configuration no longer "
                                     "has, cannot be read: its bytes are no row";
        tell(Flaw::kRow, &gone, is_key ? RowKey::from_bytes(key).text() : "", sentence, false);
        return {};
      }
  );
  if (!walked || rows == 0) co_return walked;
  report_.notes.push_back(
      {Notice::kRowsKept,
       name,
       rows,
       rows_of(rows, name) + (rows == 1 ? " is kept" : " are kept") +
           " although the configuration no longer has that entity"}
  );
  co_return Result<>();
}

}  // namespace noded::database
