#pragma once

#include "world/payments/books.h"
#include "world/payments/idempotency.h"
#include "world/reply.h"
#include "world/route.h"

namespace contactor::world {

/// Stripe's API in front of the books: keys, errors, events.
class Stripe {
 public:
  explicit Stripe(Context& context) : context_(context), books_(context) {}

  /// @param path  behind `/stripe/v1/`, for instance `payment_intents/pi_1/capture`.
  [[nodiscard]] Reply handle(const ports::HttpRequest& request, std::string_view path, std::string_view query,
                             Instant now);
  void run(const Happening& happening);
  /// For scenarios: a payment as a shop would have made it, with its events.
  std::uint32_t open(NewPayment payment, Instant now);
  [[nodiscard]] const Books& books() const { return books_; }

 private:
  [[nodiscard]] Reply post(const ports::HttpRequest& request, std::string_view path, Instant now);
  [[nodiscard]] ports::HttpResponse execute(std::string_view path, const FormFields& fields,
                                            const std::string& key, Instant now, bool& stored);
  [[nodiscard]] ports::HttpResponse create_payment(const FormFields& fields, const std::string& key,
                                                   Instant now, bool& stored);
  [[nodiscard]] ports::HttpResponse create_refund(const FormFields& fields, const std::string& key,
                                                  Instant now, bool& stored);
  [[nodiscard]] ports::HttpResponse change_payment(std::string_view path, const FormFields& fields,
                                                   const std::string& key, Instant now, bool& stored);
  [[nodiscard]] ports::HttpResponse read(std::string_view path, std::string_view query) const;
  [[nodiscard]] ports::HttpResponse list_refunds(const FormFields& fields) const;
  void publish(Instant now);
  void publish(const BookEvent& event, Instant now);

  Context& context_;
  Books books_;
  IdempotencyKeys keys_;
  std::uint64_t last_event_ = 0;
};

}  // namespace contactor::world
