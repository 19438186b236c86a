"""Xianfeng 先锋积分: 党员积分量化管理 after 党发〔2018〕75号."""

__version__ = "0.1.0"
