#include "node/running_roles.hpp"

#include "telemetry/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace noded::node {
namespace {

constexpr net::as_tuple_t<net::use_awaitable_t<net::any_io_executor>> kAsTuple{};
constexpr std::chrono::seconds kStopDeadline{10};

struct Wait {
  net::steady_timer deadline;
  bool is_over = false;
};

// However the task ends, by return, by exception or by destruction, the wait is over.
struct Finish {
  std::shared_ptr<Wait> wait;
  ~Finish() {
    wait->is_over = true;
    wait->deadline.cancel();
  }
};

}  // namespace

RunningRoles::RunningRoles(std::vector<const RoleDescriptor*> descriptors)
    : descriptors_(std::move(descriptors)) {}

std::vector<std::string> RunningRoles::names() const {
  std::vector<std::string> out;
  for (const RoleDescriptor* role : descriptors_)
    out.emplace_back(role->name);
  return out;
}

Task<Result<>> RunningRoles::start(Node& node) {
  executor_ = node.executor();
  for (const RoleDescriptor* descriptor : descriptors_)
    roles_.push_back(descriptor->make(node));
  for (const auto& role : roles_) {
    // Counted first: a role whose start failed half-way is stopped as well.
    const char* name = descriptors_[started_++]->name;
    auto started = co_await role->start();
    if (started) continue;
    started.error().message =
        fmt::format("the role {} cannot start: {}", name, started.error().message);
    co_return started;
  }
  co_return Result<>();
}

Task<> RunningRoles::stop() {
  while (started_ > 0)
    co_await stop_one(--started_);
}

Task<> RunningRoles::stop_one(std::size_t index) {
  auto wait = std::make_shared<Wait>(net::steady_timer(executor_, kStopDeadline));
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): spawn keeps it alive
  spawn(executor_, "role stop", [role = roles_[index].get(), wait]() -> Task<> {
    const Finish finish{wait};
    co_await role->stop();
  });
  if (!wait->is_over) co_await wait->deadline.async_wait(kAsTuple);
  if (!wait->is_over) {
    telemetry::log(
        telemetry::Level::kError,
        "role did not stop in time",
        telemetry::Fields().text("role", descriptors_[index]->name)
    );
  }
}

void RunningRoles::destroy() {
  roles_.clear();
}

}  // namespace noded::node
