#include "modules/transfer/import_position.hpp"

#include "codec/json.hpp"
#include "repository/database/keys.hpp"

#include <boost/json/object.hpp>

namespace noded::transfer {

namespace json = boost::json;

namespace {

std::string key_of(std::uint16_t application, std::string_view name) {
  return database::keys::meta(application, "import " + std::string(name));
}

bool is_count(const json::value* value) {
  return value != nullptr && value->is_int64() && value->get_int64() >= 0;
}

}  // namespace

Result<ImportPosition> read_position(
    Transaction& transaction, std::uint16_t application, std::string_view name
) {
  std::string text;
  const auto found = transaction.get(key_of(application, name), text);
  if (!found) return std::unexpected(found.error());
  if (!*found) return ImportPosition{};
  const auto parsed = codec::parse_json(text, "position of an import");
  const json::object* kept = parsed ? parsed->if_object() : nullptr;
  const json::value* lines = kept == nullptr ? nullptr : kept->if_contains("lines");
  const json::value* mark = kept == nullptr ? nullptr : kept->if_contains("mark");
  const json::value* late = kept == nullptr ? nullptr : kept->if_contains("late");
  const bool is_whole = is_count(lines) && mark != nullptr && mark->is_string() && is_count(late);
  if (!is_whole)
    return fail(Errc::kInternal, "the position of import " + std::string(name) + " is unreadable");
  return ImportPosition{
      static_cast<std::uint64_t>(lines->get_int64()),
      std::string(mark->get_string()),
      static_cast<std::uint64_t>(late->get_int64())
  };
}

void write_position(
    Transaction& transaction,
    std::uint16_t application,
    std::string_view name,
    const ImportPosition& position
) {
  const json::object kept{
      {"lines", position.lines}, {"mark", position.mark}, {"late", position.late}
  };
  transaction.put(key_of(application, name), codec::to_json_text(kept));
}

}  // namespace noded::transfer
