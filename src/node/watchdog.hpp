// Feeds the watchdog of a service manager, as long as that is the truth.
#pragma once

#include "noded/task.hpp"

#include "runtime/service_notifier.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <vector>

namespace noded::node {

// Never returns; returns at once when no watchdog is asked for. On the main loop. Says "alive"
// every half of the manager's limit if each of `loops` has run a handler since the last time and
// `is_sound` holds. Everything referred to outlives the loops' work.
Task<> feed_watchdog(
    const runtime::ServiceNotifier& notifier,
    std::vector<net::io_context*> loops,
    std::function<bool()> is_sound
);

}  // namespace noded::node
