#include "telemetry/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace noded::telemetry {
namespace {

constexpr std::uint64_t kFirstBound = 250'000;  // ns

std::string labelled(std::string_view name, std::string_view labels) {
  return labels.empty() ? std::string(name) : fmt::format("{}{{{}}}", name, labels);
}

std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", number);
}

}  // namespace

struct Metrics::Entry {
  std::string name;
  std::string help;
  std::string labels;
  Kind kind = Kind::kCounter;
  Counter counter;
  std::unique_ptr<Histogram> histogram;
  std::function<double()> read;
};

void Histogram::observe_ns(std::uint64_t nanoseconds) noexcept {
  // Bucket i holds what is at most kFirstBound·2^i.
  const std::uint64_t multiple = nanoseconds == 0 ? 0 : (nanoseconds - 1) / kFirstBound;
  const auto bucket = static_cast<std::size_t>(std::bit_width(multiple));
  buckets_[std::min(bucket, kBuckets - 1)].fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(nanoseconds, std::memory_order_relaxed);
}

void Histogram::print(std::string& out, std::string_view name, std::string_view labels) const {
  const std::string_view comma = labels.empty() ? "" : ",";
  std::uint64_t total = 0;
  double bound = static_cast<double>(kFirstBound) / 1e9;
  for (std::size_t i = 0; i < kBuckets; ++i, bound *= 2) {
    total += buckets_[i].load(std::memory_order_relaxed);
    const std::string limit = i + 1 == kBuckets ? "+Inf" : number_text(bound);
    out += fmt::format("{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma, limit, total);
  }
  const double sum = static_cast<double>(sum_ns_.load(std::memory_order_relaxed)) / 1e9;
  out += labelled(fmt::format("{}_sum", name), labels) + " " + number_text(sum) + "\n";
  out += fmt::format("{} {}\n", labelled(fmt::format("{}_count", name), labels), total);
}

std::uint64_t Histogram::count() const noexcept {
  std::uint64_t total = 0;
  for (const auto& bucket : buckets_)
    total += bucket.load(std::memory_order_relaxed);
  return total;
}

Metrics::Metrics() = default;
Metrics::~Metrics() = default;

Metrics::Entry& Metrics::find_or_add(
    std::string name, std::string help, std::string labels, Kind kind
) {
  for (const auto& entry : entries_) {
    if (entry->name != name) continue;
    if (entry->kind != kind)
      throw std::logic_error("the metric " + name + " is registered as another kind");
    if (entry->labels == labels) return *entry;
  }
  auto entry = std::make_unique<Entry>();
  entry->name = std::move(name);
  entry->help = std::move(help);
  entry->labels = std::move(labels);
  entry->kind = kind;
  if (kind == Kind::kHistogram) entry->histogram = std::make_unique<Histogram>();
  // The text format wants all lines of a name beside each other.
  const auto last = std::find_if(entries_.rbegin(), entries_.rend(), [&entry](const auto& other) {
    return other->name == entry->name;
  });
  const auto place = last == entries_.rend() ? entries_.end() : last.base();
  return **entries_.insert(place, std::move(entry));
}

Counter& Metrics::counter(std::string name, std::string help, std::string labels) {
  const std::lock_guard lock(mutex_);
  return find_or_add(std::move(name), std::move(help), std::move(labels), Kind::kCounter).counter;
}

Histogram& Metrics::histogram(std::string name, std::string help, std::string labels) {
  const std::lock_guard lock(mutex_);
  return *find_or_add(std::move(name), std::move(help), std::move(labels), Kind::kHistogram)
              .histogram;
}

void Metrics::gauge(
    std::string name, std::string help, std::function<double()> read, std::string labels
) {
  const std::lock_guard lock(mutex_);
  find_or_add(std::move(name), std::move(help), std::move(labels), Kind::kGauge).read =
      std::move(read);
}

void Metrics::counter_of(
    std::string name, std::string help, std::function<double()> read, std::string labels
) {
  const std::lock_guard lock(mutex_);
  find_or_add(std::move(name), std::move(help), std::move(labels), Kind::kReadCounter).read =
      std::move(read);
}

std::string Metrics::print() const {
  static constexpr std::string_view kKindTexts[] = {"counter", "counter", "gauge", "histogram"};
  const std::lock_guard lock(mutex_);
  std::string out;
  std::string_view last_name;
  for (const auto& entry : entries_) {
    if (entry->name != last_name) {
      last_name = entry->name;
      const std::string_view kind = kKindTexts[static_cast<std::size_t>(entry->kind)];
      out +=
          fmt::format("# HELP {} {}\n# TYPE {} {}\n", entry->name, entry->help, entry->name, kind);
    }
    if (entry->kind == Kind::kHistogram) {
      entry->histogram->print(out, entry->name, entry->labels);
    } else {
      const std::string value = entry->kind == Kind::kCounter
                                    ? fmt::format("{}", entry->counter.value())
                                    : number_text(entry->read());
      out += labelled(entry->name, entry->labels) + " " + value + "\n";
    }
  }
  return out;
}

std::uint64_t Metrics::total(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& entry : entries_) {
    if (entry->name != name) continue;
    sum += entry->kind == Kind::kHistogram ? entry->histogram->count() : entry->counter.value();
  }
  return sum;
}

}  // namespace noded::telemetry
