"""Runs the official Python SDK against antom-simulator: session, pay, inquiry, capture, refund, cancel, notifications.

    python try-python.py KEYS_FOLDER [GATEWAY_URL] [CONTROL_URL]

How to start the simulator for it, and what to expect, is in python.md.
"""

import json
import pathlib
import queue
import sys
import threading
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.buyer import Buyer
from com.alipay.ams.api.model.env import Env
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.payment_factor import PaymentFactor
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.terminal_type import TerminalType
from com.alipay.ams.api.request.pay.alipay_capture_request import AlipayCaptureRequest
from com.alipay.ams.api.request.pay.alipay_pay_cancel_request import AlipayPayCancelRequest
from com.alipay.ams.api.request.pay.alipay_pay_query_request import AlipayPayQueryRequest
from com.alipay.ams.api.request.pay.alipay_pay_request import AlipayPayRequest
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest
from com.alipay.ams.api.request.pay.alipay_refund_request import AlipayRefundRequest
from com.alipay.ams.api.tools.webhook_tool import check_signature

keys = pathlib.Path(sys.argv[1])
gateway_url = sys.argv[2] if len(sys.argv) > 2 else "https://localhost"
control_url = sys.argv[3] if len(sys.argv) > 3 else "http://127.0.0.1:4010"
client_id = (keys / "client_id").read_text().strip()
antom_public_key = (keys / "antom_public.base64").read_text()
client = DefaultAlipayClient(
    gateway_url, client_id, (keys / "merchant_private.base64").read_text(), antom_public_key
)
notified = queue.Queue()


class Notifications(BaseHTTPRequestHandler):
    """The merchant's notify URL: verify first, then parse, then acknowledge."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        try:
            check_signature(
                "POST", self.path, self.headers["client-id"], self.headers["request-time"], body,
                self.headers["signature"], antom_public_key,
            )
            notified.put(json.loads(body))
            result = {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"}
        except Exception as error:  # the SDK raises errors of three libraries
            notified.put(error)
            result = {"resultCode": "FAIL", "resultStatus": "F", "resultMessage": "not verified"}
        answer = json.dumps({"result": result}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def amount(value):
    made = Amount()
    made.currency, made.value = "SGD", value
    return made


def describe(request, request_id, notify_url):
    """What a session and a payment have in common."""
    buyer = Buyer()
    buyer.reference_buyer_id = "buyer-1"
    order = Order()
    order.reference_order_id = "order-" + request_id
    order.order_description = "a chair"
    order.order_amount = amount("4200")
    order.buyer = buyer
    method = PaymentMethod()
    method.payment_method_type = "CARD"
    factor = PaymentFactor()
    factor.is_authorization, factor.capture_mode = True, "MANUAL"
    request.product_code = ProductCodeType.CASHIER_PAYMENT
    request.payment_request_id = request_id
    request.order = order
    request.payment_amount = amount("4200")
    request.payment_method = method
    request.payment_factor = factor
    request.payment_redirect_url = "https://shop.test/result"
    request.payment_notify_url = notify_url
    return request


def call(name, request):
    """Calls the gateway; the SDK returns text, and raises if its signature is not right."""
    answer = json.loads(client.execute(request))
    print(f"{name}: {answer['result']['resultCode']}")
    return answer


def control(path, body):
    """The simulator's control API: the buyer acts, time passes."""
    request = urllib.request.Request(control_url + "/_simulator/" + path, json.dumps(body).encode())
    return json.load(urllib.request.urlopen(request))


def wait_for_notification():
    told = notified.get(timeout=30)
    if isinstance(told, Exception):
        raise told
    print(f"notified: {told['notifyType']} {told['result']['resultStatus']}, verified")


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Notifications)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    notify_url = f"http://127.0.0.1:{server.server_port}/notifications"

    paid = uuid.uuid4().hex
    call("createPaymentSession", describe(AlipayPaymentSessionRequest(), paid, notify_url))
    control(f"payments/{paid}/complete", {"outcome": "success"})
    wait_for_notification()

    inquiry = AlipayPayQueryRequest()
    inquiry.payment_request_id = paid
    found = call("inquiryPayment", inquiry)
    print(f"  the payment is {found['paymentStatus']}")

    capture = AlipayCaptureRequest()
    capture.capture_request_id = "capture-" + paid
    capture.payment_id = found["paymentId"]
    capture.capture_amount = amount("4200")
    call("capture", capture)
    wait_for_notification()

    refund = AlipayRefundRequest()
    refund.refund_request_id = "refund-" + paid
    refund.payment_id = found["paymentId"]
    refund.refund_amount = amount("200")
    refund.refund_notify_url = notify_url
    call("refund", refund)
    wait_for_notification()

    left = uuid.uuid4().hex
    pay = describe(AlipayPayRequest(), left, notify_url)
    pay.env = Env()
    pay.env.terminal_type, pay.env.client_ip = TerminalType.WEB, "127.0.0.1"
    print("  the buyer would go to", call("pay", pay)["normalUrl"].rsplit("/", 1)[0] + "/…")
    cancel = AlipayPayCancelRequest()
    cancel.payment_request_id = left
    call("cancel", cancel)
    inquiry = AlipayPayQueryRequest()
    inquiry.payment_request_id = left
    print(f"  the payment is {call('inquiryPayment', inquiry)['paymentStatus']}")


if __name__ == "__main__":
    main()
