// Errors as software that no pattern knows words them; short and long, plain
// and nested, with ids, paths and addresses.
#pragma once

namespace recourse {

inline constexpr const char* kUnmatchedTexts[] = {
    "OrderImportFailed: row 4411 of batch 2024-03-11 refers to article "
    "77-A19, which the catalogue of this season does not list",
    "the ledger of tenant acme is sealed for March; postings go to April",
    "Rover 7: wheel 3 blocked by an obstacle at 41.2, 9.7; path planned anew",
    "Traceback (most recent call last):\n  File \"/srv/app/jobs/close.py\", "
    "line 88, in run\n    self.book(entry)\n  File "
    "\"/srv/app/ledger/book.py\", line 210, in book\n    raise "
    "LedgerSealed(entry.month)\napp.ledger.LedgerSealed: 2024-03",
    "{\"status\":\"REFUSED\",\"detail\":{\"field\":\"weight\",\"given\":"
    "\"12,5\",\"unit\":\"kg\"},\"trace\":\"9f1c77aa\"}",
    "com.acme.shop.PriceNotAgreed: offer 8812 was made for another customer "
    "at com.acme.shop.Offers.take(Offers.java:312) at "
    "com.acme.shop.Cart.add(Cart.java:77)",
    "E4471 spindle load above plan, feed lowered to 60 %, operator informed",
    "gate B14: scan of boarding pass gave no passenger, seat 22C stays open",
    "warning: 3 of 120 parts are out of shape (+0.04 mm); lot held",
    "mailbox rule 'invoices' moved nothing: folder was renamed to 'Invoices "
    "2024' by its owner on 3 March",
    "replica eu-2 answered with an older picture of shelf 12 than eu-1",
    "checkout step 4/7 ended early: basket is empty after discount SPRING24",
    "The tide table for station 0441 ends on 31 December; extend it first.",
    "agent: the plan has 14 steps, 9 are done, step 10 asks for a tool that "
    "the user has switched off",
    "pump P-101: suction head 1.1 m below the curve, started without load",
    "render of frame 1193 differs from its reference by 412 pixels",
    "sync: peer 10.0.4.7 speaks dialect 3, this node speaks 5 and up",
    "cannot book seat 12A for traveller 2 of 3: the fare needs all together",
    "job nightly-close: worker w-17 gave the job back after 3 attempts",
    "user story 4711 has no estimate; sprint 12 starts without it",
    "voucher ABCD-1234 was redeemed on 2024-02-29 at till 7",
    "elevator 3 holds at floor 9: door edge pressed for 40 s",
    "translation de-AT of string 9912 is older than its source",
    "meter 99-13: reading 4411 is below the last one, 4502; not booked",
};

}  // namespace recourse
