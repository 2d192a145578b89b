// MediaModule: the `media` part of an application's configuration: the storage adapter's settings
// and the entity that describes stored files. It serves no files: it keeps the settings, and the
// entity's rows are reached through /api/data.
#pragma once

#include "noded/module.hpp"

namespace noded::system {

class MediaModule final : public Module {
 public:
  std::string_view name() const override { return "media"; }
  std::string_view schema() const override;
  // When media is enabled: the entity `media.entity_name` of type system with its fields, each
  // added unless `data` declares it, and its indices. kInvalid when that name is a relation's
  // connection entity.
  Result<> complete(boost::json::object& application) const override;
  Result<std::unique_ptr<Prepared>> prepare(const boost::json::object& application) override;
  std::vector<std::string_view> secret_paths() const override;
};

}  // namespace noded::system
