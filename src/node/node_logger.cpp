#include "node/node_logger.hpp"

#include "telemetry/log.hpp"

namespace noded::node {
namespace {

using telemetry::Level;

void write(Level level, std::string_view event, std::string_view fields) {
  if (telemetry::log_enabled(level))
    telemetry::log(level, event, telemetry::Fields().json_members(fields));
}

}  // namespace

void NodeLogger::info(std::string_view event, std::string_view fields) {
  write(Level::kInfo, event, fields);
}

void NodeLogger::warning(std::string_view event, std::string_view fields) {
  write(Level::kWarning, event, fields);
}

void NodeLogger::error(std::string_view event, std::string_view fields) {
  write(Level::kError, event, fields);
}

}  // namespace noded::node
