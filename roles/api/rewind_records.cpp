#include "roles/api/rewind_records.hpp"

#include "noded/task.hpp"

#include "repository/database/rewind.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace noded::roles {

Result<WallTime> oldest_time_of_records(Engine& engine, std::uint16_t application) {
  return database::Rewind(engine, application, system_clock()).oldest();
}

Result<std::uint64_t> rewind_records(Engine& engine, std::uint16_t application, WallTime time) {
  database::Rewind rewind(engine, application, system_clock());
  net::io_context loop(1);
  std::optional<Result<std::uint64_t>> outcome;
  std::exception_ptr defect;
  net::co_spawn(
      net::any_io_executor(loop.get_executor()),
      rewind.run(time),
      [&](std::exception_ptr thrown, Result<std::uint64_t> result) {
        defect = std::move(thrown);
        outcome = std::move(result);
      }
  );
  loop.run();
  if (defect) std::rethrow_exception(defect);
  return outcome ? std::move(*outcome) : fail(Errc::kInternal, "the rewinding did not end");
}

}  // namespace noded::roles
