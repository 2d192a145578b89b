#include "modules/transfer/importer.hpp"

#include "codec/json.hpp"
#include "repository/audit/audit_chain.hpp"

#include <boost/json/object.hpp>

namespace noded::transfer {

Result<> Importer::record(
    const database::Database& database,
    Transaction& transaction,
    const database::Entity& entity,
    std::uint64_t rows
) const {
  if (entity.type != database::EntityType::kSystem || rows == 0) return {};
  const boost::json::object details{{"rows", rows}};
  return audit::AuditChain(database.application(), database.clock())
      .append(
          transaction,
          done_by(actor_, "entity.import", "entity " + entity.name, codec::to_json_text(details))
      );
}

}  // namespace noded::transfer
