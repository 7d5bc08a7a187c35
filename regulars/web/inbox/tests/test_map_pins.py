from __future__ import annotations

from time import process_time

import pytest

from regulars.web.inbox.map_pins import find_pin

GOOGLE = "https://www.google.com/maps"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("37.5563, 126.9236", (37.5563, 126.9236, "")),
        ("-33.86 151.2", (-33.86, 151.2, "")),
        ("(37.5563,126.9236)", (37.5563, 126.9236, "")),
        ("37,5563; 126,9236", (37.5563, 126.9236, "")),
        ("37°33'22.7\"N 126°55'25\"E", (37.556306, 126.923611, "")),
        ("59.93° N, 30.31° W", (59.93, -30.31, "")),
        (f"{GOOGLE}/@37.55,126.92,17z", (37.55, 126.92, "")),
        (
            f"{GOOGLE}/place/Caf%C3%A9+Lotus/@1.5,2.5,17z/data=!3m1!4b1!4m5!3m4!1s0x0:0x0!8m2!3d37.5563!4d126.9236",
            (37.5563, 126.9236, "Café Lotus"),
        ),
        (f"{GOOGLE}?q=13.75,100.5", (13.75, 100.5, "")),
        (f"{GOOGLE}/search/?api=1&query=13.75%2C100.5", (13.75, 100.5, "")),
        ("https://maps.apple.com/?ll=13.75,100.5&q=Lotus%20Shop", (13.75, 100.5, "Lotus Shop")),
        ("https://www.openstreetmap.org/?mlat=52.52&mlon=13.4#map=17/1.1/2.2", (52.52, 13.4, "")),
        ("https://www.openstreetmap.org/#map=17/52.52/13.40", (52.52, 13.4, "")),
        ("https://yandex.ru/maps/?ll=30.31%2C59.93&z=12", (59.93, 30.31, "")),
        ("https://map.kakao.com/link/map/로터스,37.55,126.92", (37.55, 126.92, "로터스")),
        ("https://waze.com/ul?ll=32.08,34.78&navigate=yes", (32.08, 34.78, "")),
        ("geo:13.75,100.5?q=13.75,100.5(Lotus)", (13.75, 100.5, "Lotus")),
        ("https://maps.app.goo.gl/AbC1234", None),
        ("https://[broken", None),
        ("91, 10", None),
        ("10, 181", None),
        ("next to the station", None),
        ("", None),
    ],
)
def test_where_a_link_or_coordinates_point_to(written: str, found: tuple[float, float, str] | None) -> None:
    assert find_pin(written) == found


@pytest.mark.parametrize(
    "written", ["1" + " " * 20_000 + "x", "1,1" + " " * 20_000 + "x", f"{GOOGLE}?q=1" + "+" * 20_000]
)
def test_a_long_paste_is_read_once(written: str) -> None:
    began = process_time()
    assert find_pin(written) is None
    assert process_time() - began < 0.5
