"""Figures add up, and the segments make the whole."""

from paper_gateway.figures import Figures, total

FIGURES = Figures(
    cash=1000.0,
    stock_value=500.0,
    option_value=200.0,
    futures_pnl=-50.0,
    initial_margin=400.0,
    maintenance_margin=300.0,
    commodities_initial=100.0,
    commodities_maintenance=90.0,
    realized=7.0,
)


def test_the_worth_counts_everything_and_the_equity_with_loan_no_options() -> None:
    assert (FIGURES.net_liquidation, FIGURES.equity_with_loan) == (1650.0, 1450.0)
    assert (FIGURES.available_funds, FIGURES.excess_liquidity) == (1050.0, 1150.0)
    assert FIGURES.buying_power == 2100.0


def test_there_is_no_negative_buying_power() -> None:
    assert Figures(cash=10.0, initial_margin=20.0).buying_power == 0.0


def test_the_segments_make_the_whole() -> None:
    assert FIGURES.commodities.plus(FIGURES.securities) == FIGURES
    assert FIGURES.commodities.available_funds == 0.0
    assert FIGURES.commodities.excess_liquidity == 10.0
    assert FIGURES.securities.initial_margin == 300.0


def test_figures_add_up_and_are_converted() -> None:
    assert total([FIGURES, FIGURES]) == FIGURES.times(2.0)
    assert FIGURES.minus(FIGURES) == Figures()
    assert total([]) == Figures()
